import { expect } from 'chai';
import fc from 'fast-check';
import { mergePoints, thin, Trace, visible, type Point } from '../../../web-debug/model/trace.js';

const ramp = (count: number): Point[] => Array.from({ length: count }, (_, index) => [index, index] as const);
const series = fc
  .array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { freq: 5 }), { maxLength: 300 })
  .map((values) => values.map((value, index): Point => [index * 10, value]));
const numbersOf = (points: readonly Point[]): number[] =>
  points.flatMap(([, value]) => (value === null ? [] : [value]));

describe('a trace', () => {
  it('keeps what it is given, oldest first', () => {
    const trace = new Trace(10);
    trace.push([1, 5]);
    trace.push([2, null]);
    expect(trace.points).to.deep.equal([
      [1, 5],
      [2, null],
    ]);
  });

  it('drops a point that is not newer, as a snapshot repeats it', () => {
    const trace = new Trace(10);
    trace.push([2, 5]);
    trace.push([2, 6]);
    trace.push([1, 7]);
    expect(trace.points).to.deep.equal([[2, 5]]);
  });

  it('stays within its bound, however long it is fed', () => {
    const trace = new Trace(100);
    for (const point of ramp(10_000)) trace.push(point);
    expect(trace.points.length).to.be.within(50, 100);
  });

  it('keeps recent points exact when it is full', () => {
    const trace = new Trace(100);
    for (const point of ramp(10_000)) trace.push(point);
    expect(trace.points.slice(-20)).to.deep.equal(ramp(10_000).slice(-20));
  });

  it('does not lose a peak when it thins the past', () => {
    const trace = new Trace(100);
    for (const [timeMs] of ramp(400)) trace.push([timeMs, timeMs === 7 ? 1_000 : 0]);
    expect(numbersOf(trace.points)).to.include(1_000);
  });

  it('takes history in before what it has', () => {
    const trace = new Trace(10);
    trace.push([5, 50]);
    trace.merge([
      [1, 10],
      [5, 99],
      [6, 60],
    ]);
    expect(trace.points).to.deep.equal([
      [1, 10],
      [5, 50],
      [6, 60],
    ]);
  });

  it('keeps more once it is allowed to', () => {
    const trace = new Trace(10);
    trace.allow(50);
    for (const point of ramp(40)) trace.push(point);
    expect(trace.points).to.have.length(40);
  });
});

describe('merging points', () => {
  it('gives every time once and in order', () => {
    fc.assert(
      fc.property(series, series, (older, newer) => {
        const times = mergePoints(older, newer).map(([timeMs]) => timeMs);
        expect(times).to.deep.equal([...new Set(times)].sort((one, other) => one - other));
      }),
    );
  });
});

describe('thinning', () => {
  it('never gives more than it may, if that is three or more', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 3, max: 100 }), (points, maxPoints) => {
        expect(thin(points, maxPoints).length).to.be.at.most(Math.max(3, maxPoints));
      }),
    );
  });

  it('keeps to it with a short last group as well', () => {
    const values = [null, null, null, null, 0, -1, 0, null];
    expect(
      thin(
        values.map((value, index): Point => [index, value]),
        4,
      ).length,
    ).to.be.at.most(4);
  });

  it('keeps the highest and the lowest', () => {
    fc.assert(
      fc.property(series, (points) => {
        fc.pre(numbersOf(points).length > 0);
        const [all, kept] = [numbersOf(points), numbersOf(thin(points, 12))];
        expect([Math.min(...kept), Math.max(...kept)]).to.deep.equal([Math.min(...all), Math.max(...all)]);
      }),
    );
  });

  it('keeps a gap a gap', () => {
    const points = ramp(100).map(([timeMs, value]): Point => [timeMs, timeMs === 50 ? null : value]);
    expect(thin(points, 20).some(([, value]) => value === null)).to.be.true;
  });
});

describe('the visible part of a trace', () => {
  it('has one neighbour beyond each edge, so that the line reaches it', () => {
    expect(visible(ramp(100), 10, 20, 1_000).map(([timeMs]) => timeMs)).to.deep.equal([
      9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    ]);
  });

  it('is empty where nothing was recorded', () => {
    expect(visible([], 0, 10, 100)).to.deep.equal([]);
  });
});
