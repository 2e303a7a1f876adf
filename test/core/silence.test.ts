import { expect } from 'chai';
import { Silence } from '../../core/silence.js';

describe('Silence', () => {
  let nowMs: number;
  let silence: Silence;

  beforeEach(() => {
    nowMs = 0;
    silence = new Silence({ monotonic: () => nowMs });
  });

  const timedOutAt = (ms: number): boolean => {
    nowMs = ms;
    return silence.timedOut();
  };

  it('takes two time-outs in a row for the end, once 3 s have passed', () => {
    expect([timedOutAt(1_000), timedOutAt(2_000), timedOutAt(3_000)]).to.deep.equal([false, false, true]);
  });

  it('does not take one time-out for the end, however long it took', () => {
    expect([timedOutAt(60_000), timedOutAt(60_001)]).to.deep.equal([false, true]);
  });

  it('begins again with every answer', () => {
    timedOutAt(2_000);
    silence.end();
    expect([timedOutAt(4_000), timedOutAt(4_999), timedOutAt(5_000)]).to.deep.equal([false, false, true]);
  });
});
