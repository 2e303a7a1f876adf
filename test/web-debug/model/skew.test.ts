import { expect } from 'chai';
import { Skew } from '../../../web-debug/model/skew.js';

describe('the difference of two clocks', () => {
  let skew: Skew;

  beforeEach(() => {
    skew = new Skew();
  });

  it('is taken for none before anything was heard', () => {
    expect(skew.stationTime(500)).to.equal(500);
  });

  it('is learned from the message that took the shortest time', () => {
    skew.learn(10_000, 1_050); // the station is 9 000 ms ahead; this one took 50 ms
    skew.learn(10_100, 1_102);
    skew.learn(10_200, 1_300);
    expect(skew.stationTime(2_000)).to.equal(10_998);
  });

  it('is not spoilt by an old reading of a snapshot', () => {
    skew.learn(1_000, 1_001);
    skew.learn(0, 1_002);
    expect(skew.stationTime(2_000)).to.equal(1_999);
  });

  it('follows when a clock is set', () => {
    skew.learn(1_000, 1_000);
    skew.learn(0, 40_000); // the station has been set back by 40 s
    skew.learn(40_000, 80_000);
    expect(skew.stationTime(80_000)).to.equal(40_000);
  });
});
