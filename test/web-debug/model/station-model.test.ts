import { expect } from 'chai';
import type { Event, Reading } from '../../../core/message.js';
import { StationModel } from '../../../web-debug/model/station-model.js';
import { description } from './description.js';

const stamp = { manager: 'psu', epoch: 1, seq: 1, previous: 0 };
const reading = (value: number | null, timeMs: number): Reading => ({
  type: 'reading',
  parameter: 'voltage',
  topic: 'psu/1/voltage',
  channel: 1,
  value,
  quality: value === null ? 'bad' : 'good',
  timeMs,
  ...stamp,
});
const event = (name: string, details: Event['details']): Event => ({
  type: 'event',
  event: name,
  topic: 'psu/$event',
  channel: 1,
  details,
  timeMs: 0,
  ...stamp,
});
const alarm = (isActive: boolean) =>
  ({
    type: 'alarm',
    alarm: 'trip',
    topic: 'psu/$alarm',
    isActive,
    severity: 'alarm',
    message: 'over current',
    timeMs: 0,
    ...stamp,
  }) as const;

describe('the model of the station', () => {
  let model: StationModel;

  beforeEach(() => {
    model = new StationModel();
    model.describe([description]);
  });

  it('names the station after its instruments', () => {
    const named = ['station', 'hv'].map((name) => ({ ...description, name }));
    model.describe(named);
    expect(model.managers.map(({ name }) => name)).to.deep.equal(['hv', 'station']);
  });

  it('keeps the newest reading of each topic', () => {
    model.hear(reading(1, 10));
    model.hear(reading(2, 20));
    expect(model.reading('psu/1/voltage')?.value).to.equal(2);
  });

  it('collects the points of a number, and a gap where it could not be read', () => {
    model.hear(reading(1, 10));
    model.hear(reading(null, 20));
    expect(model.points('psu/1/voltage')).to.deep.equal([
      [10, 1],
      [20, null],
    ]);
  });

  it('puts history before what it has collected', () => {
    model.hear(reading(3, 30));
    model.mergeHistory('psu/1/voltage', [[10, 1]]);
    expect(model.points('psu/1/voltage')).to.deep.equal([
      [10, 1],
      [30, 3],
    ]);
  });

  it('knows what runs between busy and idle', () => {
    model.hear(event('busy', { command: 'setVoltage', reference: 7 }));
    expect(model.busy('psu')).to.deep.equal([{ command: 'setVoltage', channel: '1', reference: 7 }]);
    model.hear(event('idle', { command: 'setVoltage', reference: 7 }));
    expect(model.busy('psu')).to.deep.equal([]);
  });

  it('takes nothing for running once the instrument is lost', () => {
    model.hear(event('busy', { command: 'setVoltage', reference: 7 }));
    model.hear(event('offline', { version: 4 }));
    expect(model.busy('psu')).to.deep.equal([]);
  });

  it('shows an alarm until it is cleared', () => {
    model.hear(alarm(true));
    expect(model.alarms('psu')).to.have.length(1);
    model.hear(alarm(false));
    expect(model.alarms('psu')).to.deep.equal([]);
  });

  it('forgets a manager that is no longer described, with its readings', () => {
    model.hear(reading(1, 10));
    model.describe([]);
    expect([model.managers, model.reading('psu/1/voltage'), model.points('psu/1/voltage')]).to.deep.equal([
      [],
      undefined,
      [],
    ]);
  });
});
