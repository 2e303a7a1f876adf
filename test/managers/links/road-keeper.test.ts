import { expect } from 'chai';
import { EMPTY, Subject, type Observable } from 'rxjs';
import { abortReason } from '../../../core/clock.js';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { LinkStatistics } from '../../../managers/links/link-statistics.js';
import type { RoadLife } from '../../../managers/links/road.js';
import { RoadKeeper } from '../../../managers/links/road-keeper.js';
import { fakeClock, type FakeClock } from '../fake-station.js';
import { outcomeOf } from './in-fake-time.js';

const NAME = 'TCPIP0::meter::5025::SOCKET';

/** A road that carries nothing, and clears as it is told. */
class BareRoad implements RoadLife {
  readonly bus = 'meter:5025';
  readonly lost = new Subject<Problem>();
  readonly serviceRequests: Observable<void> = EMPTY;
  clears: RoadLife['clear'] = () => Promise.resolve('clear');
  closings = 0;

  clear(call: Call): ReturnType<RoadLife['clear']> {
    return this.clears(call);
  }

  close(): Promise<void> {
    this.closings += 1;
    return Promise.resolve();
  }
}

/** Settles when the call is aborted, or when its time is over. */
const silence = (clock: FakeClock, { signal, deadline }: Call): Promise<never> =>
  new Promise((_resolve, reject) => {
    const cancel = clock.after(deadline - clock.monotonic(), () => {
      reject(new HardwareError('TIMEOUT', 'nothing came'));
    });
    signal.addEventListener('abort', () => {
      cancel();
      reject(abortReason(signal));
    });
  });

describe('RoadKeeper', () => {
  let clock: FakeClock;
  let road: BareRoad;
  let keeper: RoadKeeper<BareRoad>;
  let losses: Problem[];
  let openings: Call[];
  let open: (call: Call) => Promise<BareRoad>;

  const call = (ms = 10_000, signal = new AbortController().signal): Call => ({
    signal,
    deadline: clock.monotonic() + ms,
  });
  const passing = async <T>(ms: number, work: Promise<T>): Promise<T> => {
    await clock.pass(ms);
    return work;
  };

  beforeEach(() => {
    clock = fakeClock();
    road = new BareRoad();
    openings = [];
    losses = [];
    open = () => Promise.resolve(new BareRoad());
    keeper = new RoadKeeper(road, {
      resource: NAME,
      clock,
      statistics: new LinkStatistics(NAME),
      openTimeoutMs: 5_000,
      open: (its) => {
        openings.push(its);
        return open(its);
      },
    });
    keeper.lost.subscribe((reason) => losses.push(reason));
  });

  afterEach(async () => {
    await keeper.close();
    expect(clock.timerCount()).to.equal(0);
    clock.uninstall();
  });

  describe('when the road before does not close', () => {
    let endClosing: () => void;

    beforeEach(() => {
      road.close = () => new Promise((resolve) => (endClosing = resolve));
    });

    afterEach(() => {
      endClosing();
    });

    it('opens none beside it, and keeps nobody longer than his call', async () => {
      const reopening = outcomeOf(keeper.reopen(call(300)));
      expect(await passing(300, reopening)).to.equal(`TIMEOUT ${NAME} was not closed within 300 ms, to be opened anew`);
      expect([openings.length, losses.length]).to.deep.equal([0, 0]);
    });

    it('ends with the reason when it is aborted, and opens for the next when it has closed', async () => {
      const controller = new AbortController();
      const reopening = outcomeOf(keeper.reopen(call(300, controller.signal)));
      controller.abort(new HardwareError('ABORTED', 'made safe'));
      expect(await reopening).to.equal('ABORTED made safe');
      endClosing();
      expect(await keeper.clean(call())).not.to.equal(road);
    });

    it('is lost in the end', async () => {
      const reopening = outcomeOf(keeper.reopen(call()));
      expect(await passing(5_000, reopening)).to.match(/^TIMEOUT .* was not closed within 5000 ms/);
      expect(losses.map(({ code }) => code)).to.deep.equal(['DISCONNECTED']);
    });
  });

  it('gives the road as it is until an answer of old could come on it', async () => {
    expect(await keeper.clean(call())).to.equal(road);
    keeper.taint();
    road.clears = () => Promise.resolve('reopen');
    expect(await keeper.clean(call())).not.to.equal(road);
    expect(road.closings).to.equal(1);
  });

  it('opens the road anew when it does not clear within 2 s', async () => {
    keeper.taint();
    road.clears = (its) => silence(clock, its);
    expect(await passing(2_000, keeper.clean(call()))).not.to.equal(road);
  });

  it('is not lost when the deadline of one request is shorter than that: the next one goes on', async () => {
    keeper.taint();
    road.clears = (its) => silence(clock, its);
    open = (its) => (its.deadline <= clock.monotonic() ? silence(clock, its) : Promise.resolve(new BareRoad()));
    expect(await passing(101, outcomeOf(keeper.clean(call(100))))).to.match(/^TIMEOUT/);
    expect(losses).to.deep.equal([]);
    expect(await keeper.clean(call())).not.to.equal(road);
  });

  it('sends nothing while an answer is owed, and is not lost for that', async () => {
    keeper.taint();
    road.clears = () => Promise.resolve('owed');
    expect(await outcomeOf(keeper.clean(call()))).to.equal(
      `TIMEOUT ${NAME} still owes the answer to an earlier request; nothing is sent before it has come`,
    );
    expect([keeper.isTainted, losses.length, openings.length]).to.deep.equal([true, 0, 0]);
    road.clears = () => Promise.resolve('clear');
    expect(await keeper.clean(call())).to.equal(road);
  });

  it('takes an instrument for away that is not open again within a fifth of the time to connect', async () => {
    open = (its) => silence(clock, its);
    expect(await passing(1_000, outcomeOf(keeper.reopen(call())))).to.match(/^(TIMEOUT|DISCONNECTED)/);
    expect(losses.map(({ code }) => code)).to.deep.equal(['DISCONNECTED']);
  });

  it('is not lost when who wanted it open gives up', async () => {
    open = (its) => silence(clock, its);
    const giving = new AbortController();
    const work = outcomeOf(keeper.reopen(call(10_000, giving.signal)));
    await clock.pass(10);
    giving.abort(new HardwareError('ABORTED', 'enough'));
    expect(await work).to.equal('ABORTED enough');
    expect(losses).to.deep.equal([]);
    open = () => Promise.resolve(new BareRoad());
    await keeper.clean(call());
    expect(openings).to.have.lengthOf(2);
  });

  it('ends an opening that is under way when it is closed, and is closed only then', async () => {
    let settled = false;
    open = (its) => silence(clock, its).finally(() => (settled = true));
    const work = outcomeOf(keeper.reopen(call()));
    await clock.pass(10);
    await keeper.close();
    expect(settled).to.equal(true);
    expect(await work).to.equal(`DISCONNECTED ${NAME} was closed`);
    expect(losses).to.deep.equal([]);
  });

  it('closes a road that comes after the end, and waits for that', async () => {
    const late = new BareRoad();
    open = () =>
      new Promise((resolve) => {
        clock.after(300, () => {
          resolve(late);
        });
      });
    const work = outcomeOf(keeper.reopen(call()));
    await clock.pass(10);
    await passing(300, keeper.close());
    expect(late.closings).to.equal(1);
    expect(await work).to.match(/^DISCONNECTED/);
  });

  it('ends what is under way when the road is lost, and says so once, also to those who come late', async () => {
    const work = outcomeOf(keeper.during(new Promise(() => undefined)));
    road.lost.next({ code: 'DISCONNECTED', message: 'reset' });
    road.lost.next({ code: 'DISCONNECTED', message: 'again' });
    expect(await work).to.equal(`DISCONNECTED ${NAME}: reset`);
    keeper.lost.subscribe((reason) => losses.push(reason));
    expect(losses.map(({ message }) => message)).to.deep.equal([`${NAME}: reset`, `${NAME}: reset`]);
    expect(await outcomeOf(keeper.clean(call()))).to.equal(`DISCONNECTED ${NAME}: reset`);
    expect(road.closings).to.equal(1);
  });

  it('does not listen to a road that it has let go of', async () => {
    await keeper.reopen(call());
    road.lost.next({ code: 'DISCONNECTED', message: 'the old one' });
    expect(losses).to.deep.equal([]);
  });
});
