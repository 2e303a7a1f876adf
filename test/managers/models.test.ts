import { expect } from 'chai';
import { resolveDriver, type ResolvedDriver, type ResolvedParameter } from '../../core/driver-file/resolve.js';
import type { Json } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import type { Call } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { createScpiDevice } from '../../managers/scpi/scpi-device.js';
import type { ScpiDevice } from '../../managers/scpi/scpi-device-shape.js';
import { createInstrument } from '../../simulators/instrument/create-instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { driverFiles } from '../../station/driver-files.js';
import { FakeClock } from '../support/fake-clock.js';
import { PlayedLink, playing } from '../support/played-link.js';

/** Longer than any set-up, measurement or pause of a shipped file. */
const LONG_MS = 20_000;

type Place = ChannelId | undefined;

const suite = (driver: ResolvedDriver, model: string): void => {
  let clock: FakeClock;
  let instrument: SimulatedInstrument;
  let link: PlayedLink;
  let device: ScpiDevice;

  const call = (): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + LONG_MS });

  /** What comes of it within the longest time; fake time passes meanwhile. */
  const settled = async <T>(work: Promise<T>): Promise<T | string> => {
    let result: T | string = 'not settled';
    work.then(
      (value) => (result = value),
      (thrown: unknown) => (result = thrown instanceof Error ? thrown.message : String(thrown)),
    );
    await clock.pass(LONG_MS);
    return result;
  };
  const placesOf = ({ name, scope }: Pick<ResolvedParameter, 'name' | 'scope'>): readonly Place[] =>
    (scope === 'manager' ? [undefined] : device.channels).filter((place) => device.has(name, place));
  const read = (name: string, place: Place): Promise<Json> => settled(device.read(name, place, call()));
  const write = (name: string, place: Place, value: Json) => settled(device.write(name, place, value, call()));
  const everywhere = async (
    wanted: (parameter: ResolvedParameter) => boolean,
    check: (parameter: ResolvedParameter, place: Place) => Promise<void>,
  ): Promise<void> => {
    for (const parameter of driver.parameters.values()) {
      if (!wanted(parameter)) continue;
      for (const place of placesOf(parameter)) await check(parameter, place);
    }
  };

  beforeEach(async () => {
    clock = new FakeClock();
    instrument = createInstrument({ name: 'it', file: driver.file, model, clock, random: seededRandom(1) });
    link = new PlayedLink('TCPIP0::127.0.0.1::5025::SOCKET', clock, playing(instrument));
    device = createScpiDevice({ driver, model, clock, openLink: () => Promise.resolve(link) });
    expect(await settled(device.open(call()))).to.equal(undefined);
  });

  afterEach(async () => {
    await settled(device.close());
    instrument.close();
    clock.uninstall();
  });

  it('is recognised by its identity', () => {
    expect(device.identity).to.include({ model, manufacturer: driver.file.simulation?.manufacturer });
    expect(device.channels).to.deep.equal(driver.models.get(model)?.channels);
  });

  it('says nothing at the start that the instrument refuses', () => {
    expect(link.givenUp, link.said.join('; ')).to.equal(0);
    expect(link.said.filter((text) => /\*RST/.test(text) && driver.file.family === 'psu')).to.deep.equal([]);
  });

  it('answers every query in the type that is declared', async () => {
    const types = { number: 'number', flag: 'boolean', choice: 'string', text: 'string' };
    await everywhere(
      ({ ask }) => ask !== undefined,
      async ({ name, type, choices }, place) => {
        const value = await read(name, place);
        expect(value, `${name} ${String(place)}`).to.be.a(types[type]);
        if (type === 'choice') expect(value).to.be.oneOf(choices);
      },
    );
  });

  it('has what was set, and nothing else, at each place', async () => {
    await everywhere(
      ({ tell }) => tell !== undefined,
      async (parameter, place) => {
        for (const value of samplesOf(parameter, place, device)) {
          const at = `${parameter.name} ${String(place)} = ${JSON.stringify(value)}`;
          expect(await write(parameter.name, place, value), at).to.equal(undefined);
          const found = await read(parameter.name, place);
          if (typeof value === 'number') expect(found, at).to.be.closeTo(value, Math.abs(value) * 1e-6 + 1e-9);
          else expect(found, at).to.equal(value);
        }
      },
    );
  });

  it('knows limits of what can be set, and the instrument refuses what is outside', async () => {
    await everywhere(
      ({ type, tell }) => type === 'number' && tell !== undefined,
      async ({ name, unit }, place) => {
        const limits = device.limits(name, place);
        const at = `${name} ${String(place)} in ${unit ?? ''}`;
        expect(limits, at).to.have.keys('minimum', 'maximum');
        const { minimum = 0, maximum = 0 } = limits ?? {};
        expect(minimum, at).to.be.below(maximum);
        for (const value of [minimum - 1, maximum + 1]) {
          const before = await read(name, place);
          const refusal = await write(name, place, value);
          if (driver.file.errorQueue === undefined) continue;
          expect(refusal, at).to.match(/^the instrument refused ".+": /);
          expect(await read(name, place), at).to.deep.equal(before);
        }
      },
    );
  });

  it('runs every command, and reads what it changes', async () => {
    for (const command of driver.commands.values()) {
      for (const place of placesOf(command)) {
        const values = Object.fromEntries(
          command.arguments.map((argument) => [argument.name, sampleOf(argument.type, argument.choices)]),
        );
        const at = `${command.name} ${String(place)}`;
        expect(await settled(device.run(command.name, place, values, call())), at).to.be.an('object');
        for (const [parameter, value] of Object.entries(command.simulate)) {
          const spec = driver.parameters.get(parameter);
          if (spec?.ask === undefined) continue;
          const changed = spec.scope === command.scope ? place : placesOf(spec)[0];
          const argument = typeof value === 'string' ? /^\{(\w+)\}$/.exec(value)?.[1] : undefined;
          const wanted = argument === undefined ? value : values[argument];
          expect(await read(parameter, changed), `${at} ${parameter}`).to.equal(wanted);
        }
      }
    }
  });

  it('hands on what the instrument puts into its error queue', async () => {
    const settable = [...driver.parameters.values()].find(({ tell }) => tell !== undefined);
    if (settable === undefined || driver.file.errorQueue === undefined) return;
    instrument.pushError({ code: -310, text: 'System error' });
    const [place] = placesOf(settable);
    expect(await write(settable.name, place, samplesOf(settable, place, device)[0] ?? null)).to.contain('-310');
  });
};

/** Both ends of what is allowed and something between, every word, both flags. */
const samplesOf = (parameter: ResolvedParameter, place: Place, device: ScpiDevice): readonly Json[] => {
  const { type, choices } = parameter;
  if (type === 'flag') return [true, false];
  if (type === 'choice') return choices;
  if (type === 'text') return ['some text', 'with "quotes"; *RST'];
  const { minimum = 0, maximum = 1 } = device.limits(parameter.name, place) ?? {};
  return [minimum, maximum, Number((minimum + (maximum - minimum) / 4).toPrecision(3))];
};

const sampleOf = (type: ResolvedParameter['type'], choices: readonly string[]): Json =>
  ({ number: 1, flag: true, choice: choices[0] ?? '', text: 'some text' })[type];

describe('the shipped driver files', () => {
  it('are what the issue promises', () => {
    expect(driverFiles.names()).to.include.members([
      'keysight-e36300',
      'rigol-dp800',
      'siglent-spd3303x',
      'rohde-schwarz-hmp',
      'rohde-schwarz-hmc804x',
      'rohde-schwarz-nge100b',
      'rohde-schwarz-ngp800',
      'aim-tti-plp',
      'hp-66xxb',
      'keysight-n5700',
      'agilent-34401a',
      'keithley-2000',
      'fluke-5502e',
    ]);
  });

  for (const name of driverFiles.names()) {
    const driver = resolveDriver(driverFiles.read(name));
    describe(name, () => {
      it('says that nobody has tried it on hardware', () => {
        expect(driver.file.testedOn).to.equal(undefined);
      });
      for (const model of driver.models.keys()) describe(model, () => suite(driver, model));
    });
  }
});
