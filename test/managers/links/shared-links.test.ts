import { expect } from 'chai';
import { NEVER } from 'rxjs';
import { abortReason } from '../../../core/clock.js';
import { HardwareError } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import type { Road } from '../../../managers/links/road.js';
import { fakeClock, type FakeClock } from '../fake-station.js';
import { outcomeOf } from './in-fake-time.js';
import { linksOver, RESOURCE, type LinksOver } from './link-over.js';

describe('SharedLinks', () => {
  let clock: FakeClock;
  let links: LinksOver;
  let opened: number;
  let closed: number;
  let closesInMs: number;
  let openRoad: (call: Call) => Promise<Road>;

  const road = (): Road => {
    opened += 1;
    return {
      bus: 'meter:5025',
      pendingBytes: 0,
      send: () => Promise.resolve(),
      receive: () => Promise.resolve(Buffer.from('5')),
      clear: () => Promise.resolve('clear'),
      close: () => {
        closed += 1;
        if (closesInMs === 0) return Promise.resolve();
        return new Promise((resolve) => {
          clock.after(closesInMs, resolve);
        });
      },
      lost: NEVER,
    };
  };
  const refused = new HardwareError('DISCONNECTED', 'nobody is there');

  beforeEach(() => {
    clock = fakeClock();
    [opened, closed, closesInMs] = [0, 0, 0];
    openRoad = () => Promise.resolve(road());
    links = linksOver(clock, (call) => openRoad(call));
  });

  afterEach(() => {
    expect(clock.timerCount()).to.equal(0);
    clock.uninstall();
  });

  it('open one road for all, and close it with the last', async () => {
    const [one, other] = await Promise.all([links.open(), links.open()]);
    await one.close();
    expect([opened, closed, links.claimed.length]).to.deep.equal([1, 0, 1]);
    await one.close(); // again does not count
    expect(closed).to.equal(0);
    await other.close();
    expect([opened, closed, links.claimed.length]).to.deep.equal([1, 1, 0]);
  });

  it('refuse a second user who wants another line', async () => {
    const one = await links.open(RESOURCE, { baudRate: 9_600 });
    expect(await outcomeOf(links.open(RESOURCE, { baudRate: 19_200 }))).to.equal(
      `BAD_ARGUMENT ${RESOURCE} is already open with other settings; give both users the same`,
    );
    const patient = await links.open(RESOURCE, { baudRate: 9_600, timeoutMs: 60_000 });
    await Promise.all([one.close(), patient.close()]);
    expect(closed).to.equal(1);
  });

  it('open the same again only when the road before is closed', async () => {
    closesInMs = 300;
    const one = await links.open();
    const closing = one.close();
    const again = links.open();
    await clock.pass(299);
    expect([opened, links.claimed.length]).to.deep.equal([1, 1]);
    await clock.pass(1);
    await closing;
    const other = await again;
    expect([opened, links.claimed.length]).to.deep.equal([2, 1]);
    const last = other.close();
    await clock.pass(300);
    await last;
  });

  it('let go of the lock, and are tried anew, when a road cannot be opened', async () => {
    openRoad = () => Promise.reject(refused);
    expect(await outcomeOf(links.open())).to.equal('DISCONNECTED nobody is there');
    expect(links.claimed).to.deep.equal([]);
    openRoad = () => Promise.resolve(road());
    await (await links.open()).close();
    expect([opened, closed]).to.deep.equal([1, 1]);
  });

  it('report what is away, with why, until nobody has wanted it for a minute', async () => {
    openRoad = () => Promise.reject(refused);
    await outcomeOf(links.open());
    expect(links.reports())
      .to.have.nested.property('[0]')
      .that.includes({ isOpen: false, lastProblem: 'nobody is there' });
    await clock.pass(60_001);
    expect(links.reports()).to.deep.equal([]);
  });

  it('open nothing for nobody: the last who waits ends the attempt when he gives up', async () => {
    let ended = '';
    openRoad = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended = abortReason(signal).message;
          reject(abortReason(signal));
        });
      });
    const giving = [new AbortController(), new AbortController()];
    const waiting = giving.map(({ signal }) => outcomeOf(links.open(RESOURCE, {}, { signal, deadline: Infinity })));
    await clock.pass(10);
    giving[0]?.abort(new HardwareError('ABORTED', 'one'));
    await clock.pass(10);
    expect(ended).to.equal('');
    giving[1]?.abort(new HardwareError('ABORTED', 'other'));
    await clock.pass(10);
    expect(await Promise.all(waiting)).to.deep.equal(['ABORTED one', 'ABORTED other']);
    expect([ended, links.claimed.length]).to.deep.equal([`opening ${RESOURCE} was given up`, 0]);
  });

  it('wait no longer for a road that is being closed than the caller has time', async () => {
    closesInMs = 10_000;
    const closing = (await links.open()).close();
    const call = { signal: new AbortController().signal, deadline: clock.monotonic() + 500 };
    const waiting = outcomeOf(links.open(RESOURCE, {}, call));
    await clock.pass(500);
    expect(await waiting).to.equal(`TIMEOUT ${RESOURCE} was not closed within 500 ms`);
    await clock.pass(10_000);
    await closing;
    expect(opened).to.equal(1);
  });

  it('tell a user whose link was closed so, and leave the other his', async () => {
    const [one, other] = [await links.open(), await links.open()];
    await one.close();
    const call = { signal: new AbortController().signal, deadline: clock.monotonic() + 500 };
    expect(await outcomeOf(one.query('V?', call))).to.equal(`DISCONNECTED ${RESOURCE} was closed`);
    expect(await outcomeOf(other.query('V?', call))).to.equal('done: 5');
    await other.close();
  });
});
