import { expect } from 'chai';
import type { Reading } from '../../../core/message.js';
import { Continuity } from '../../../core/native/continuity.js';

const at = (seq: number, previous: number, more: Partial<Reading> = {}): Reading => ({
  type: 'reading',
  parameter: 'voltage',
  value: seq,
  quality: 'good',
  manager: 'hv',
  topic: 'hv/voltage',
  epoch: 100,
  seq,
  previous,
  timeMs: seq,
  ...more,
});

describe('continuity', () => {
  let continuity: Continuity;
  beforeEach(() => {
    continuity = new Continuity();
  });

  it('follows a topic whose seq has holes, as other topics of the manager count too', () => {
    expect([at(1, 0), at(5, 1), at(9, 5)].map((output) => continuity.follow(output))).to.deep.equal([true, true, true]);
    expect(continuity.gaps).to.equal(0);
  });

  it('sees a gap where `previous` is not what came before', () => {
    for (const output of [at(1, 0), at(9, 5)]) continuity.follow(output);
    expect(continuity.gaps).to.equal(1);
  });

  it('takes the first of a topic as it comes', () => {
    continuity.follow(at(9, 5));
    expect(continuity.gaps).to.equal(0);
  });

  it('turns back what was here before', () => {
    continuity.follow(at(5, 1));
    expect([at(5, 1), at(1, 0)].map((output) => continuity.follow(output))).to.deep.equal([false, false]);
    expect(continuity.newest.get('hv/voltage')?.value).to.equal(5);
  });

  it('begins again with a new epoch, even one before the old: a clock was set', () => {
    continuity.follow(at(50, 49));
    expect(continuity.follow(at(1, 0, { epoch: 90 }))).to.equal(true);
    expect(continuity.gaps).to.equal(0);
  });

  it('sees that the first of a new epoch is missing', () => {
    continuity.follow(at(50, 49));
    continuity.follow(at(3, 1, { epoch: 200 }));
    expect(continuity.gaps).to.equal(1);
  });

  it('goes on from a snapshot without a gap', () => {
    continuity.follow(at(1, 0));
    expect(continuity.adopt([at(9, 5)])).to.deep.equal([at(9, 5)]);
    continuity.follow(at(12, 9));
    expect(continuity.gaps).to.equal(0);
  });

  it('names of a snapshot only what is new', () => {
    continuity.follow(at(9, 5));
    expect(continuity.adopt([at(9, 5), at(2, 0, { topic: 'hv/current' })]).map(({ topic }) => topic)).to.deep.equal([
      'hv/current',
    ]);
  });

  it('drops the readings that a snapshot no longer has', () => {
    continuity.follow(at(1, 0, { topic: 'gone/voltage' }));
    continuity.adopt([at(2, 0)]);
    expect([...continuity.newest.keys()]).to.deep.equal(['hv/voltage']);
  });

  it('misses nothing on a topic that was not listened to', () => {
    continuity.follow(at(1, 0));
    continuity.forget();
    continuity.follow(at(9, 5));
    expect(continuity.gaps).to.equal(0);
  });
});
