import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json-value.js';
import { noLinks, type Links } from '../../../core/link.js';
import { instrumentKind } from '../../../managers/instrument/instrument.kind.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { FakeStation } from '../fake-station.js';

const RESOURCE = 'TCPIP::10.0.0.7::5025::SOCKET';

/** What the schema lets pass, and the driver file does not. */
const refused: Readonly<Record<string, readonly [options: JsonObject, why: RegExp]>> = {
  'a driver that is not there': [{ driver: 'fluke-5502' }, /no driver file fluke-5502; did you mean "fluke-5502e"\?/],
  'a model that is not in the file': [{ model: '5520A' }, /^model: fluke-5502e drives 5502E, not 5520A$/],
  'a pace of what is not there': [
    { pollMs: { voltage: 1 } },
    /^pollMs\.voltage: fluke-5502e has no parameter voltage; it has output, operating$/,
  ],
  'a pace of what cannot be read': [
    { driver: './test/managers/instrument/rail.yaml', pollMs: { rail: 1_000 } },
    /^pollMs\.rail: rail cannot be read, only set$/,
  ],
  'limits of what is no number': [
    { limits: { operating: { maximum: 1 } } },
    /^limits\.operating: operating is no number that can be set$/,
  ],
  'limits that let nothing pass': [
    { limits: { output: { minimum: 5, maximum: 1 } } },
    /^limits\.output: 5\.\.1 lets nothing pass$/,
  ],
  'a safe step with a parameter that is not there': [
    { safe: [{ parameter: 'enabled', value: false }] },
    /^safe\.0: .+ has no parameter enabled/,
  ],
  'a safe step that sets what can only be read': [
    { safe: [{ command: 'standby' }, { parameter: 'operating', value: false }] },
    /^safe\.1: operating can only be read$/,
  ],
  'a safe step with a value that is none': [
    { safe: [{ parameter: 'output', value: 'off' }] },
    /^safe\.0: output off is no finite number$/,
  ],
  'a safe step with a command that is not there': [
    { safe: [{ command: 'off' }] },
    /^safe\.0: fluke-5502e has no command off; it has operate, standby$/,
  ],
  'a safe step with an argument that is not there': [
    { safe: [{ command: 'standby', arguments: { hard: true } }] },
    /^safe\.0: standby has no argument hard$/,
  ],
  'a safe step on a channel that is not there': [
    { driver: 'siglent-spd3303x', safe: [{ parameter: 'enabled', value: false, channel: 3 }] },
    /^safe\.0: channel 3 of SPD3303X, SPD3303X-E has no enabled$/,
  ],
  'a safe step on a channel, of what the whole device has': [
    { driver: 'siglent-spd3303x', safe: [{ parameter: 'tracking', value: 'off', channel: 1 }] },
    /^safe\.0: channel 1 of SPD3303X, SPD3303X-E has no tracking$/,
  ],
  'a safe step on a channel that only another model has': [
    { driver: 'rohde-schwarz-hmp', model: 'HMP2020', safe: [{ parameter: 'enabled', value: false, channel: 3 }] },
    /^safe\.0: channel 3 of HMP2020 has no enabled$/,
  ],
  'a safe step without an argument that is needed': [
    { driver: './managers/models/siglent-spd3303x.yaml', safe: [{ command: 'switchRail' }] },
    /^safe\.0: enabled null is none of true, false$/,
  ],
};

/** What the schema does not let pass. */
const malformed: Readonly<Record<string, JsonObject>> = {
  'no resource': { driver: 'fluke-5502e' },
  'an option that is not there': { driver: 'fluke-5502e', resource: RESOURCE, pollms: {} },
  'a link setting that is not there': { driver: 'fluke-5502e', resource: RESOURCE, link: { timeout: 5 } },
  'a safe step that is two at once': {
    driver: 'fluke-5502e',
    resource: RESOURCE,
    safe: [{ command: 'standby', parameter: 'output', value: 0 }],
  },
};

describe('the options of an instrument', () => {
  let station: FakeStation;
  const create = (options: JsonObject, links: Links = noLinks): unknown => {
    try {
      return instrumentKind.create(
        { driver: 'fluke-5502e', resource: RESOURCE, ...options },
        station.context('it', links),
      );
    } catch (thrown) {
      return thrown;
    }
  };

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(() => station.stop());

  for (const [what, [options, why]] of Object.entries(refused))
    it(`refuse ${what}`, () => {
      const thrown = create(options);
      expect(thrown).to.be.instanceOf(HardwareError).with.property('code', 'BAD_ARGUMENT');
      expect(thrown).to.have.property('message').that.matches(why);
    });

  for (const [what, options] of Object.entries(malformed))
    it(`do not pass with ${what}`, () => {
      expect(createCompiler()(instrumentKind.optionsSchema)(options)).to.not.be.empty;
    });

  it('refuse a resource that nothing can reach', () => {
    const check = (): never => {
      throw new HardwareError('BAD_ARGUMENT', 'nothing reaches it');
    };
    expect(create({}, { ...noLinks, check })).to.have.property('message', 'nothing reaches it');
  });

  it('put the settings of the link before those of the file', async () => {
    const asked: unknown[] = [];
    const links: Links = {
      ...noLinks,
      open: (_resource, settings) => {
        asked.push(settings);
        return Promise.reject(new HardwareError('DISCONNECTED', 'not here'));
      },
    };
    const manager = instrumentKind.create(
      { driver: 'keithley-2000', resource: RESOURCE, link: { writeTermination: '\r' } },
      station.context('it', links),
    );
    await station.start(manager);
    expect(asked[0]).to.deep.include({ timeoutMs: 5_000, writeTermination: '\r' });
  });
});
