import { expect } from 'chai';
import { ChunkTurn } from '../../../connectors/transports/chunk-turn.js';
import { HandClock } from '../native/native-lab.js';

describe('the turn of a chunk', () => {
  let platform: HandClock;
  let chunkTurn: ChunkTurn;
  let done: string[];
  beforeEach(() => {
    platform = new HandClock();
    chunkTurn = new ChunkTurn(platform);
    done = [];
  });

  it('ends with the chunk', () => {
    chunkTurn.begin();
    chunkTurn.clock.turn(() => done.push('answer'));
    expect(done).to.deep.equal([]);
    chunkTurn.end();
    expect(done).to.deep.equal(['answer']);
  });

  it('runs every task of the chunk although one throws', () => {
    chunkTurn.begin();
    chunkTurn.clock.turn(() => {
      throw new Error('defect');
    });
    chunkTurn.clock.turn(() => done.push('answer'));
    expect(() => {
      chunkTurn.end();
    }).to.throw('defect');
    expect(done).to.deep.equal(['answer']);
  });

  it('leaves to the event loop what is scheduled outside of a chunk', () => {
    chunkTurn.begin();
    chunkTurn.end();
    chunkTurn.clock.turn(() => done.push('reading'));
    expect(done).to.deep.equal([]);
    platform.runTurn();
    expect(done).to.deep.equal(['reading']);
  });
});
