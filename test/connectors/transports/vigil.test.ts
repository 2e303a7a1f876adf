import { expect } from 'chai';
import { Vigil } from '../../../connectors/transports/vigil.js';

describe('a vigil', () => {
  let nowMs: number;
  let turns: (() => void)[];
  let vigil: Vigil;

  /** Lets the event loop turn, each turn taking `ms`, until nothing is scheduled; returns how many. */
  const runTurns = (ms: number): number => {
    let count = 0;
    for (let task = turns.shift(); task !== undefined; task = turns.shift()) {
      nowMs += ms;
      count += 1;
      task();
    }
    return count;
  };

  beforeEach(() => {
    nowMs = 1000;
    turns = [];
    vigil = new Vigil({ monotonic: () => nowMs, turn: (task) => turns.push(task) });
  });

  it('does not start for a lone chunk', () => {
    vigil.notice();
    expect(turns).to.be.empty;
  });

  it('does not start for chunks that are far apart', () => {
    vigil.notice();
    nowMs += 2;
    vigil.notice();
    expect(turns).to.be.empty;
  });

  it('watches for a moment while questions follow each other, then lets the loop sleep', () => {
    vigil.notice();
    nowMs += 0.1;
    vigil.notice();
    expect(runTurns(0.1)).to.be.within(4, 5);
  });

  it('schedules one look a turn, however many chunks come', () => {
    for (let chunk = 0; chunk < 10; chunk += 1) vigil.notice();
    expect(turns).to.have.length(1);
  });

  it('starts anew with the next conversation', () => {
    vigil.notice();
    vigil.notice();
    runTurns(1);
    vigil.notice();
    vigil.notice();
    expect(turns).to.have.length(1);
  });
});
