import { expect } from 'chai';
import fc from 'fast-check';
import type { Reading } from '../../../core/message.js';
import { decimated, RecentHistory, type HistoryPoint } from '../../../services/recent/recent-history.js';

const bounds = { points: 10, bucketMs: 1000, buckets: 3, parameters: 2 };
const reading = (timeMs: number, value: Reading['value'], rest: Partial<Reading> = {}): Reading => ({
  type: 'reading',
  manager: 'hv',
  topic: 'hv/1/voltage',
  parameter: 'voltage',
  value,
  quality: 'good',
  epoch: 1,
  seq: 1,
  previous: 0,
  timeMs,
  ...rest,
});
const all = { topic: 'hv/1/voltage', sinceMs: 0, maxPoints: 1000 };

describe('the recent history', () => {
  let history: RecentHistory;

  beforeEach(() => {
    history = new RecentHistory(bounds);
  });

  it('gives back what was read, oldest first', () => {
    history.record(reading(1, 5));
    history.record(reading(2, 6));
    expect(history.query(all)).to.deep.equal([
      [1, 5],
      [2, 6],
    ]);
  });

  it('begins at the time that is asked for', () => {
    for (const timeMs of [1, 2, 3]) history.record(reading(timeMs, timeMs));
    expect(history.query({ ...all, sinceMs: 2 })).to.deep.equal([
      [2, 2],
      [3, 3],
    ]);
  });

  it('keeps a reading that failed as a gap', () => {
    history.record(reading(1, 5));
    history.record(reading(2, null, { quality: 'bad' }));
    expect(history.query(all)?.at(-1)).to.deep.equal([2, null]);
  });

  it('keeps flags as 0 and 1', () => {
    history.record(reading(1, true));
    expect(history.query(all)).to.deep.equal([[1, 1]]);
  });

  it('leaves text alone', () => {
    history.record(reading(1, 'ramping'));
    expect(history.query(all)).to.equal(undefined);
  });

  it('knows nothing of a parameter that was never read', () => {
    expect(history.query({ ...all, topic: 'hv/2/voltage' })).to.equal(undefined);
  });

  it('keeps lowest and highest of what is too old to be kept one by one', () => {
    for (const [index, value] of [0, 9, -9, 0].entries()) history.record(reading(index, value));
    for (let index = 0; index < 12; index += 1) history.record(reading(2000 + index, 1));
    expect(history.query(all)?.filter(([timeMs]) => timeMs < 2000)).to.deep.equal([
      [1, 9],
      [2, -9],
    ]);
  });

  it('never keeps more than its bounds', () => {
    for (let index = 0; index < 100_000; index += 1) history.record(reading(index, index));
    expect(history.query({ ...all, maxPoints: 100_000 })).to.have.length.at.most(10 + 9);
  });

  it('counts readings of parameters that are too many, and keeps the first ones', () => {
    for (const channel of [1, 2, 3]) history.record(reading(1, 0, { topic: `hv/${channel}/voltage` }));
    expect([history.topics, history.refused]).to.deep.equal([['hv/1/voltage', 'hv/2/voltage'], 1]);
  });

  it('forgets a manager that has gone, and not its namesakes', () => {
    history.record(reading(1, 0));
    history.record(reading(1, 0, { topic: 'hv-2/1/voltage' }));
    history.forget('hv');
    expect(history.topics).to.deep.equal(['hv-2/1/voltage']);
  });
});

describe('decimated points', () => {
  const points = fc
    .array(fc.tuple(fc.nat(100_000), fc.option(fc.integer({ min: -99, max: 99 }))), { minLength: 1, maxLength: 300 })
    .map((list): HistoryPoint[] => [...list].sort(([a], [b]) => a - b));

  it('are never more than asked for', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 10, max: 100 }), (list, maxPoints) => {
        expect(decimated(list, maxPoints)).to.have.length.at.most(maxPoints);
      }),
    );
  });

  it('end with the newest point', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 10, max: 100 }), (list, maxPoints) => {
        expect(decimated(list, maxPoints).at(-1)).to.deep.equal(list.at(-1));
      }),
    );
  });

  it('stay in order of time', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 10, max: 100 }), (list, maxPoints) => {
        const times = decimated(list, maxPoints).map(([timeMs]) => timeMs);
        expect(times).to.deep.equal([...times].sort((a, b) => a - b));
      }),
    );
  });

  it('keep the highest peak', () => {
    const list = Array.from({ length: 1000 }, (_, index): HistoryPoint => [index, index === 437 ? 99 : index % 7]);
    expect(decimated(list, 50)).to.deep.include([437, 99]);
  });
});
