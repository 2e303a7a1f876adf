import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { BytePipe, MAX_UNREAD_BYTES } from '../../../managers/links/byte-pipe.js';
import { fakeClock, type FakeClock } from '../fake-station.js';
import { inFakeTime, outcomeOf } from './in-fake-time.js';

const NAME = 'the serial line';

describe('BytePipe', () => {
  let clock: FakeClock;
  let theirs: Duplex;
  let ours: Duplex;
  let pipe: BytePipe;
  let lost: Problem[];

  const call = (ms = 1_000): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + ms });
  const outcome = (work: Promise<unknown>): Promise<string> => inFakeTime(clock, outcomeOf(work));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** All that has come, once it is as long. */
  const bytes = (length: number) => () => (pipe.unreadBytes >= length ? pipe.take() : undefined);

  beforeEach(() => {
    clock = fakeClock();
    [ours, theirs] = duplexPair();
    theirs.on('error', () => undefined);
    pipe = new BytePipe({ stream: ours, name: NAME, clock });
    lost = [];
    pipe.lost.subscribe((reason) => lost.push(reason));
  });

  afterEach(() => {
    ours.destroy();
    theirs.destroy();
    clock.uninstall();
  });

  it('hands bytes over, and says when that is done', async () => {
    expect(await outcome(pipe.write(Buffer.from('READ?'), call()))).to.equal('done: undefined');
    expect(String(theirs.read())).to.equal('READ?');
  });

  it('looks whenever something has come', async () => {
    const answer = outcomeOf(pipe.until(bytes(4), call()));
    theirs.write('+1');
    await turn();
    theirs.write('.5');
    expect(await inFakeTime(clock, answer)).to.equal('done: +1.5');
  });

  it('looks at once for what is already there', async () => {
    theirs.write('+1.5');
    await turn();
    expect(pipe.unreadBytes).to.equal(4);
    expect(await outcome(pipe.until(bytes(4), call()))).to.equal('done: +1.5');
    expect(pipe.unreadBytes).to.equal(0);
  });

  it('keeps nothing of what still comes when it is over', async () => {
    pipe = new BytePipe({ stream: ours, name: NAME, clock, close: () => Promise.resolve() });
    pipe.lose('it speaks nonsense');
    theirs.write('more of it');
    await turn();
    expect(pipe.unreadBytes).to.equal(0);
  });

  it('waits until the deadline, and leaves no timer behind', async () => {
    theirs.write('+1');
    expect(await outcome(pipe.until(bytes(4), call(300)))).to.equal(`TIMEOUT ${NAME} did not answer in time`);
    expect([pipe.unreadBytes, clock.timerCount()]).to.deep.equal([2, 0]);
  });

  it('ends with the reason as soon as it is aborted', async () => {
    const controller = new AbortController();
    const waiting = outcomeOf(pipe.until(bytes(1), { signal: controller.signal, deadline: Infinity }));
    controller.abort(new HardwareError('STOPPING', 'the end'));
    expect(await waiting).to.equal('STOPPING the end');
    expect(await outcome(pipe.write(Buffer.from('X'), { signal: controller.signal, deadline: Infinity }))).to.equal(
      'STOPPING the end',
    );
    expect(theirs.read()).to.equal(null);
  });

  it('tells silence from slowness', async () => {
    const answer = outcomeOf(pipe.untilQuiet(bytes(3), 100, call(5_000)));
    for (const piece of ['a', 'b']) {
      await clock.pass(90);
      theirs.write(piece);
      await turn();
    }
    await clock.pass(250);
    expect(await answer).to.equal('done: undefined');
    expect(pipe.unreadBytes).to.equal(2);
  });

  it('is lost once with its other end, and with it whatever waits', async () => {
    const waiting = outcomeOf(pipe.until(bytes(1), call()));
    theirs.end();
    expect(await inFakeTime(clock, waiting)).to.match(/^DISCONNECTED the serial line is gone: /);
    expect(await outcome(pipe.write(Buffer.from('X'), call()))).to.match(/^DISCONNECTED/);
    expect([lost.length, pipe.isOpen]).to.deep.equal([1, false]);
  });

  it('says why it is gone', async () => {
    ours.destroy(new Error('input/output error'));
    await turn();
    expect(lost[0]?.message).to.equal('the serial line is gone: input/output error');
  });

  it('is no loss when it is closed by us', async () => {
    expect(await outcome(pipe.close())).to.equal('done: undefined');
    expect(lost).to.be.empty;
    expect(await outcome(pipe.until(bytes(1), call()))).to.equal(`DISCONNECTED ${NAME} was closed`);
  });

  it('is closed as its stream wants to be', async () => {
    let closes = 0;
    const [mine] = duplexPair();
    const other = new BytePipe({ stream: mine, name: NAME, clock, close: () => Promise.resolve(void (closes += 1)) });
    await other.close();
    expect(closes).to.equal(1);
    mine.destroy();
  });

  it('cuts off what sends without end', async () => {
    const chunk = Buffer.alloc(1 << 20);
    for (let sent = 0; sent <= MAX_UNREAD_BYTES; sent += chunk.length) ours.emit('data', chunk);
    await turn();
    expect(lost[0]?.message).to.contain(`more than ${MAX_UNREAD_BYTES} bytes that nobody asked for`);
    expect([pipe.unreadBytes, ours.destroyed]).to.deep.equal([0, true]);
  });
});
