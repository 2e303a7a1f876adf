import { expect } from 'chai';
import type { CommandDescription, Description } from '../../core/description.js';
import { isJsonObject, type JsonObject } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import type { ChannelId } from '../../core/message.js';
import type { Limits } from '../../core/parameter.js';
import { managerKinds } from '../../managers/registry.js';
import { createCompiler } from '../../schemas/compiler.js';
import { createInstrument } from '../../simulators/instrument/create-instrument.js';
import { simulatorKinds } from '../../simulators/registry.js';
import { seededRandom } from '../../core/random.js';
import { driverFiles } from '../../station/driver-files.js';
import { Lab, type Sent } from '../support/lab.js';
import { playedLinks, playing } from '../support/played-link.js';
import { sampleArguments } from '../support/sample-arguments.js';

const kinds = { ...managerKinds, ...simulatorKinds };

/** Options under which each kind runs without hardware, with limits so that there is something to refuse. */
const configs: Readonly<Record<string, JsonObject>> = {
  hv: {
    driver: 'virtual',
    blocks: 2,
    limits: { minimum: 0, maximum: 3_000 },
    settlingMs: 100,
    measuringPeriodMs: 500,
    seed: 1,
  },
  psu: { driver: 'virtual', virtual: { loads: { 1: { ohms: 6 } } } },
  instrument: { driver: 'hp-66xxb', resource: 'TCPIP::127.0.0.1::5025::SOCKET' },
  'simulated-bench': { instruments: { psu1: { driver: 'keysight-e36300', loads: { 1: 10 } } }, servers: [], seed: 1 },
};

/** Longer than any command of any kind may take with sample arguments. */
const LONG_MS = 120_000;

describe('every kind of manager', function () {
  this.timeout(10_000); // minutes of fake time pass in every test
  it('has options here under which it runs without hardware', () => {
    expect(Object.keys(configs)).to.have.members(Object.keys(kinds));
  });

  for (const [kind, load] of Object.entries(kinds)) {
    describe(kind, () => {
      let lab: Lab;
      let manager: HardwareManager;
      let description: Description;

      beforeEach(async () => {
        const { create } = await load();
        lab = new Lab();
        const { clock } = lab;
        const file = driverFiles.read('hp-66xxb');
        const links = playedLinks(clock, () =>
          playing(createInstrument({ name: 'it', file, clock, random: seededRandom(1) })),
        );
        manager = create(configs[kind] ?? {}, lab.context('it', links));
        lab.bus.attach(manager);
        await manager.start();
        await lab.clock.pass(1_000);
        description = manager.describe();
      });

      afterEach(async () => {
        const stopping = manager.stop();
        await lab.clock.pass(2_000);
        await stopping;
        await lab.close();
      });

      const commands = (): readonly (readonly [string, CommandDescription])[] => Object.entries(description.commands);
      const firstChannel = (): ChannelId | undefined => description.channels[0]?.id;
      const targetOf = ({ target }: CommandDescription): ChannelId | undefined =>
        target === 'manager' ? undefined : firstChannel();
      const limitsOf = (command: string, argument: string): Limits | undefined =>
        description.channels[0]?.limits[`${command}.${argument}`];
      const samples = (name: string): JsonObject =>
        sampleArguments(description.commands[name]?.schema ?? {}, (argument) => limitsOf(name, argument));
      const send = (name: string, args: JsonObject = samples(name)): Sent => {
        const command = description.commands[name];
        const channel = command === undefined ? undefined : targetOf(command);
        return lab.send({
          manager: 'it',
          command: name,
          ...(channel === undefined ? {} : { channel }),
          arguments: args,
        });
      };

      it('accepts the options of this test, and describes each option', async () => {
        const { optionsSchema } = await load();
        expect(createCompiler()(optionsSchema)(configs[kind])).to.deep.equal([]);
        const { properties } = optionsSchema;
        for (const [name, schema] of Object.entries(isJsonObject(properties) ? properties : {})) {
          expect(isJsonObject(schema) && schema['description'], name)
            .to.be.a('string')
            .with.length.above(4);
        }
      });

      it('describes itself in plain data: every parameter, unit, command and argument', () => {
        expect(manager.state).to.equal('online');
        expect(JSON.parse(JSON.stringify(description))).to.deep.equal(description);
        for (const [name, { description: text, schema, unit }] of Object.entries(description.parameters)) {
          expect(text, name).to.have.length.above(4);
          if (schema['type'] === 'number') expect(unit, `unit of ${name}`).to.be.a('string').with.length.above(0);
        }
        for (const [name, { description: text, schema }] of commands()) {
          expect(text, name).to.have.length.above(4);
          const { properties } = schema;
          for (const [argument, its] of Object.entries(isJsonObject(properties) ? properties : {})) {
            expect(isJsonObject(its) && its['description'], `${name} ${argument}`).to.be.a('string');
          }
        }
      });

      it('publishes a reading of every parameter of every channel', async () => {
        await lab.clock.pass(LONG_MS);
        const topics = new Set(lab.bus.snapshot().map(({ topic }) => topic));
        for (const [name, { scope }] of Object.entries(description.parameters)) {
          const places =
            scope === 'manager' ? [`it/${name}`] : description.channels.map(({ id }) => `it/${id}/${name}`);
          for (const place of places) expect(topics).to.include(place);
        }
      });

      it('answers every command once', async () => {
        for (const [name] of commands()) {
          const sent = send(name);
          await lab.clock.pass(LONG_MS);
          expect(sent.answers(), name).to.have.length(1);
          expect(sent.code(), name).to.be.oneOf(['reply', 'TIMEOUT', 'DEVICE_FAULT']);
        }
      });

      it('answers every command once when all are sent at once, and again', async () => {
        const sent = [...commands(), ...commands()].map(([name]) => send(name));
        await lab.clock.pass(LONG_MS);
        expect(sent.map(({ answers }) => answers().length)).to.deep.equal(sent.map(() => 1));
      });

      it('refuses what is outside the limits', () => {
        let count = 0;
        for (const [place, { minimum, maximum }] of Object.entries(description.channels[0]?.limits ?? {})) {
          const [name = '', argument = ''] = place.split('.');
          const outside = [
            minimum === undefined ? undefined : minimum - 1,
            maximum === undefined ? undefined : maximum + 1,
          ];
          for (const value of outside) {
            if (value === undefined) continue;
            count += 1;
            expect(send(name, { ...samples(name), [argument]: value }).code(), `${place} ${value}`).to.equal(
              'OUT_OF_RANGE',
            );
          }
        }
        expect(count).to.be.above(0);
      });

      it('refuses arguments that it does not know, lacks or cannot read', () => {
        for (const [name] of commands()) {
          expect(send(name, { ...samples(name), surprise: 1 }).code(), name).to.equal('BAD_ARGUMENT');
          for (const argument of Object.keys(samples(name))) {
            const others = Object.fromEntries(Object.entries(samples(name)).filter(([other]) => other !== argument));
            expect(send(name, others).code(), `${name} without ${argument}`).to.equal('BAD_ARGUMENT');
            expect(send(name, { ...others, [argument]: { no: 'value' } }).code(), argument).to.equal('BAD_ARGUMENT');
          }
        }
      });

      it('refuses a channel that it does not have', () => {
        for (const [name, { target }] of commands()) {
          const channel = target === 'manager' ? firstChannel() : 'nowhere';
          if (channel === undefined) continue;
          const sent = lab.send({ manager: 'it', command: name, channel, arguments: samples(name) });
          expect(sent.code(), name).to.equal('UNKNOWN_CHANNEL');
        }
      });

      it('can be made safe while commands run, and again', async () => {
        for (const [name] of commands()) send(name);
        const first = send('makeSafe');
        await lab.clock.pass(LONG_MS);
        const second = send('makeSafe');
        await lab.clock.pass(LONG_MS);
        expect([first.code(), second.code()]).to.deep.equal(['reply', 'reply']);
      });

      it('stops within a second while commands run, answers them, and is silent from then on', async () => {
        const sent = commands().map(([name]) => send(name));
        let isStopped = false;
        const stopping = manager.stop().then(() => (isStopped = true));
        await lab.clock.pass(1_000);
        expect(isStopped).to.equal(true);
        await stopping;
        expect(sent.map(({ answers }) => answers().length)).to.deep.equal(sent.map(() => 1));
        expect(lab.clock.pending).to.equal(0);
        const said = lab.outputs.length;
        await lab.clock.pass(LONG_MS);
        expect(lab.outputs).to.have.length(said);
      });

      it('answers with STOPPING once it has stopped, and can be started again', async () => {
        await manager.stop();
        expect(send('refresh').code()).to.equal('STOPPING');
        await manager.start();
        await lab.clock.pass(1_000);
        expect(manager.state).to.equal('online');
        const again = send('refresh');
        await lab.clock.pass(LONG_MS);
        expect(again.code()).to.equal('reply');
      });
    });
  }
});
