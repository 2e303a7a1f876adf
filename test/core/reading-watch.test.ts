import { expect } from 'chai';
import { HardwareError, problem } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import type { OutputBody } from '../../core/message.js';
import type { Call, Parameter } from '../../core/parameter.js';
import { ReadingDesk } from '../../core/reading-desk.js';
import { FakeClock } from '../support/fake-clock.js';

const call: Call = { signal: new AbortController().signal, deadline: 0 };

/** What the instrument says next. */
type Instrument = { answer: Json | HardwareError };

const read = ({ answer }: Instrument): Promise<Json> =>
  answer instanceof HardwareError ? Promise.reject(answer) : Promise.resolve(answer);

const parameters: Readonly<Record<string, Parameter<Instrument, number>>> = {
  tripped: {
    description: 'Protection has tripped',
    schema: { type: 'boolean' },
    read,
    alarm: { when: (value) => value === true, severity: 'alarm', message: 'it has tripped', cleared: 'it was cleared' },
  },
  enabled: {
    description: 'Output relay',
    schema: { type: 'boolean' },
    read,
    event: (_instrument, _channel, { before, value }) =>
      before === true && value === false ? { event: 'switchedOff', details: { before } } : undefined,
  },
  hot: {
    description: 'Too hot',
    schema: { type: 'boolean' },
    scope: 'manager',
    read,
    alarm: { when: (value) => value === true, severity: 'warning', message: 'hot', cleared: 'cool' },
  },
};

describe('what a reading tells beyond its value', () => {
  let clock: FakeClock;
  let said: OutputBody[];
  let instrument: Instrument;
  let desk: ReadingDesk<Instrument, number>;

  beforeEach(() => {
    clock = new FakeClock();
    said = [];
    instrument = { answer: false };
    desk = new ReadingDesk(parameters, { clock, publish: (body) => said.push(body), onDefect: () => undefined });
  });

  afterEach(() => {
    clock.uninstall();
  });

  const see = async (name: string, ...answers: readonly Instrument['answer'][]): Promise<void> => {
    for (const answer of answers) {
      instrument.answer = answer;
      await desk.read(instrument, name, 1, call);
    }
  };
  const edges = (): readonly OutputBody[] => said.filter(({ type }) => type !== 'reading');
  const alarms = () => said.flatMap((body) => (body.type === 'alarm' ? [body.isActive] : []));
  const gone = new HardwareError('TIMEOUT', 'no answer');

  it('raises an alarm by the name of the parameter, behind the reading', async () => {
    await see('tripped', true);
    expect(said.map(({ type }) => type)).to.deep.equal(['reading', 'alarm']);
    expect(said[1]).to.deep.equal({
      type: 'alarm',
      alarm: 'tripped',
      channel: 1,
      isActive: true,
      severity: 'alarm',
      message: 'it has tripped',
    });
  });

  it('says an alarm once, and once that it is over', async () => {
    await see('tripped', false, true, true, true, false, false);
    expect(edges()).to.have.length(2);
    expect(edges()[1]).to.include({ isActive: false, message: 'it was cleared' });
  });

  it('neither raises nor clears by what could not be read', async () => {
    await see('tripped', gone, true, gone, gone, true, gone);
    expect(alarms()).to.deep.equal([true]);
    desk.publishAllBad(problem('DISCONNECTED', 'gone'));
    await see('tripped', false);
    expect(alarms()).to.deep.equal([true, false]);
  });

  it('names no channel for the whole device', async () => {
    await see('hot', true);
    expect(edges()[0]).to.include({ alarm: 'hot', severity: 'warning' }).and.not.have.property('channel');
  });

  it('takes back at stop what is raised, and nothing else', async () => {
    await see('tripped', true);
    await see('hot', false);
    desk.withdrawAlarms('stopped');
    desk.withdrawAlarms('stopped');
    expect(alarms()).to.deep.equal([true, false]);
    expect(edges().at(-1)).to.include({ message: 'stopped' });
  });

  it('takes back the alarm of a channel that is gone', async () => {
    await see('tripped', true);
    desk.forget([1]);
    expect(edges().at(-1)).to.include({ isActive: false, message: 'the device has no 1 any more' });
  });

  it('tells a change as an event, also over an outage, and not what was there from the start', async () => {
    await see('enabled', false);
    expect(edges()).to.be.empty;
    await see('enabled', true, gone, false, false);
    expect(edges()).to.deep.equal([{ type: 'event', event: 'switchedOff', channel: 1, details: { before: true } }]);
  });
});
