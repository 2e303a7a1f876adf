import { expect } from 'chai';
import { seededRandom } from '../../../core/random.js';
import { LineQueue } from '../../../services/daily-log/line-queue.js';
import { fakeClock, type FakeClock } from '../../managers/fake-station.js';

describe('LineQueue', () => {
  let clock: FakeClock;
  let queue: LineQueue;
  let appended: string[];
  let edges: string[];
  let isBroken: boolean;

  beforeEach(() => {
    clock = fakeClock();
    appended = [];
    edges = [];
    isBroken = false;
    queue = new LineQueue({
      name: 'lines',
      clock,
      random: seededRandom(1),
      maxLines: 5,
      append: (file, lines) => {
        if (isBroken) return Promise.reject(new Error('ENOSPC'));
        appended.push(`${file}:${lines}`);
        return Promise.resolve();
      },
      onTrouble: (reason) => edges.push(reason),
      onRecovered: () => edges.push('recovered'),
    });
  });

  afterEach(async () => {
    isBroken = false;
    await clock.pass(11_000);
    await queue.stop(100);
    expect(clock.timerCount()).to.equal(0);
    clock.uninstall();
  });

  it('appends at once, and what came meanwhile together', async () => {
    for (const text of 'abc') queue.push('f', text);
    await clock.pass(0);
    expect(appended).to.deep.equal(['f:a', 'f:bc']);
  });

  it('keeps the order over files', async () => {
    for (const file of ['f', 'f', 'g', 'g', 'f']) queue.push(file, 'x');
    await clock.pass(0);
    expect(appended).to.deep.equal(['f:x', 'f:x', 'g:xx', 'f:x']);
  });

  it('keeps a bounded number of lines, loses the oldest and counts them', async () => {
    isBroken = true;
    for (const text of 'abcdefgh') queue.push('f', text);
    await clock.pass(0);
    expect([queue.depth, queue.lost]).to.deep.equal([5, 3]);
    isBroken = false;
    await clock.pass(1_000);
    expect(appended).to.deep.equal(['f:defgh']);
  });

  it('says the edges alone, however often it tries', async () => {
    isBroken = true;
    queue.push('f', 'a');
    await clock.pass(60_000);
    isBroken = false;
    await clock.pass(11_000);
    expect(edges).to.deep.equal(['ENOSPC', 'recovered']);
  });

  it('says at the stop how many lines were not written', async () => {
    isBroken = true;
    queue.push('f', 'a');
    const unwritten = queue.stop(500);
    await clock.pass(500);
    expect(await unwritten).to.equal(1);
  });
});
