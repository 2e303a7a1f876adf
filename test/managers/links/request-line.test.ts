import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import { fakeClock, type FakeClock } from '../fake-station.js';
import { MAX_WAITING_REQUESTS, RequestLine } from '../../../managers/links/request-line.js';

/** A signal for each request, as the manager makes them: one with many listeners looks like a leak to Node.js. */
const own = () => ({ signal: new AbortController().signal, deadline: Infinity });
const live = own();
const urgent = { ...live, priority: 'safety' } as const;

/** A request that ends when it is told to. */
const slowRequest = () => {
  let finish: () => void = () => undefined;
  let isBegun = false;
  const ended = new Promise<void>((resolve) => (finish = resolve));
  return {
    begin: () => ((isBegun = true), ended),
    finish: () => {
      finish();
    },
    isBegun: () => isBegun,
  };
};

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof HardwareError ? thrown.code : 'a defect'),
  );

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('RequestLine', () => {
  let clock: FakeClock;
  let line: RequestLine;

  beforeEach(() => {
    clock = fakeClock();
    line = new RequestLine('meter', clock);
  });

  afterEach(() => {
    expect(clock.timerCount()).to.equal(0);
    clock.uninstall();
  });

  it('begins a request when the one before it has ended', async () => {
    const [first, second] = [slowRequest(), slowRequest()];
    const both = [line.run(first.begin, live), line.run(second.begin, live)];
    await settle();
    expect([first.isBegun(), second.isBegun()]).to.deep.equal([true, false]);
    first.finish();
    await settle();
    expect(second.isBegun()).to.equal(true);
    second.finish();
    await Promise.all(both);
  });

  it('goes on after a request that failed', async () => {
    const failed = codeOf(line.run(() => Promise.reject(new HardwareError('TIMEOUT', 'mute')), live));
    expect(await line.run(() => Promise.resolve('answer'), live)).to.equal('answer');
    expect(await failed).to.equal('TIMEOUT');
  });

  it('never begins a request that was aborted while it waited', async () => {
    const [first, second] = [slowRequest(), slowRequest()];
    const controller = new AbortController();
    const before = line.run(first.begin, live);
    const code = codeOf(line.run(second.begin, { signal: controller.signal, deadline: Infinity }));
    controller.abort(new HardwareError('ABORTED', 'made safe'));
    first.finish();
    await before;
    expect(await code).to.equal('ABORTED');
    expect(second.isBegun()).to.equal(false);
  });

  it('lets an aborted request out of the line in that moment, while another is in flight', async () => {
    const [first, second, third] = [slowRequest(), slowRequest(), slowRequest()];
    const controller = new AbortController();
    const before = line.run(first.begin, live);
    const code = codeOf(line.run(second.begin, { signal: controller.signal, deadline: Infinity }));
    const after = line.run(third.begin, live);
    expect(line.length).to.equal(3);
    controller.abort(new HardwareError('ABORTED', 'told to'));
    expect(line.length).to.equal(2);
    expect(await code).to.equal('ABORTED');
    first.finish();
    await before;
    third.finish();
    await after;
    expect(second.isBegun()).to.equal(false);
    expect(line.length).to.equal(0);
  });

  it('lets no newcomer in between two requests', async () => {
    const [first, second, third] = [slowRequest(), slowRequest(), slowRequest()];
    const before = line.run(first.begin, live);
    const next = line.run(second.begin, live);
    const late = before.then(() => line.run(third.begin, live));
    first.finish();
    await settle();
    expect([second.isBegun(), third.isBegun()]).to.deep.equal([true, false]);
    second.finish();
    third.finish();
    await Promise.all([next, late]);
  });

  it('always lets urgent requests in, and puts them first in their own order', async () => {
    const first = slowRequest();
    const begun: string[] = [];
    const noting = (name: string) => () => Promise.resolve(void begun.push(name));
    const all = [
      line.run(first.begin, live),
      ...Array.from({ length: MAX_WAITING_REQUESTS }, () => line.run(noting('other'), own())),
      line.run(noting('urgent 1'), urgent),
      line.run(noting('urgent 2'), urgent),
    ];
    first.finish();
    await Promise.all(all);
    expect(begun.slice(0, 3)).to.deep.equal(['urgent 1', 'urgent 2', 'other']);
    expect(begun).to.have.length(MAX_WAITING_REQUESTS + 2);
  });

  it('refuses more than may wait, and takes some again later', async () => {
    const first = slowRequest();
    const all = Array.from({ length: MAX_WAITING_REQUESTS + 1 }, () => line.run(first.begin, own()));
    expect(await codeOf(line.run(first.begin, live))).to.equal('QUEUE_FULL');
    first.finish();
    await Promise.all(all);
    expect(line.length).to.equal(0);
    expect(await codeOf(line.run(first.begin, live))).to.equal('done');
  });
});
