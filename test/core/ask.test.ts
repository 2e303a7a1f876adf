import { expect } from 'chai';
import type { Bus } from '../../core/bus.js';
import { ask } from '../../core/ask.js';
import type { CommandRequest } from '../../core/message.js';
import { SupplyLab } from '../support/lab.js';

describe('asking the bus', () => {
  let lab: SupplyLab;
  let bus: Bus;
  beforeEach(async () => {
    lab = new SupplyLab();
    bus = lab.bus;
    await lab.start();
  });
  afterEach(async () => {
    const stopping = lab.manager.stop();
    await lab.clock.pass(2_000);
    await stopping;
    await lab.close();
  });

  const origin = { connector: 'web', peer: '1' };
  const setTo = (voltage: number, channel = 1, more: Partial<CommandRequest> = {}): CommandRequest => ({
    manager: 'psu',
    command: 'setVoltageSetpoint',
    channel,
    arguments: { value: voltage },
    origin,
    ...more,
  });

  it('gives the reply, after all have been told of it', async () => {
    let told = 0;
    bus.outputs.subscribe(({ type }) => (told += type === 'reply' ? 1 : 0));
    const asked = bus.ask(setTo(5)).then((answer) => [answer.type, told]);
    await lab.clock.pass(0);
    expect(await asked).to.deep.equal(['reply', 1]);
  });

  it('gives each of many that ask at once its own answer', async () => {
    const voltages = [1, 26, 2, 27, 3];
    const asked = Promise.all(voltages.map((voltage) => bus.ask(setTo(voltage))));
    await lab.clock.pass(0);
    const answers = await asked;
    expect(answers.map(({ type }) => type)).to.deep.equal(['reply', 'failure', 'reply', 'failure', 'reply']);
    expect(answers.map(({ command }) => command.arguments['value'])).to.deep.equal(voltages);
  });

  it('gives a refusal that comes before it returns', async () => {
    const answer = await bus.ask({ ...setTo(1), manager: 'nobody' });
    expect(answer).to.have.nested.property('problem.code', 'UNKNOWN_MANAGER');
  });

  it('gives a repeat of an id the one answer', async () => {
    const asked = Promise.all([bus.ask(setTo(5, 1, { id: 'a' })), bus.ask(setTo(5, 1, { id: 'a' }))]);
    await lab.clock.pass(0);
    expect((await asked).map(({ type }) => type)).to.deep.equal(['reply', 'reply']);
    expect(lab.table.countOf('write')).to.equal(1);
  });

  it('rejects when the bus ends before the answer', async () => {
    lab.table.behaviour.write = 'hang';
    const asked = bus.ask(setTo(5)).catch((thrown: unknown) => thrown);
    bus.complete();
    expect(await asked).to.have.property('code', 'STOPPING');
  });

  it('rejects when the bus has ended', async () => {
    bus.complete();
    const asked = bus.ask(setTo(5)).catch((thrown: unknown) => thrown);
    expect(await asked).to.have.property('code', 'STOPPING');
  });

  it('can be done in the name of the station', async () => {
    const asked = ask(bus, { manager: 'psu', command: 'makeSafe', arguments: {} }, 'SIGTERM');
    await lab.clock.pass(0);
    expect((await asked).command.origin).to.deep.equal({ connector: 'station', peer: 'SIGTERM' });
  });
});
