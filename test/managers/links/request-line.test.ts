import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import { fakeClock, type FakeClock } from '../fake-station.js';
import {
  MAX_COMMANDS_BEFORE_A_POLL,
  MAX_WAITING_REQUESTS,
  RequestLine,
  type Turn,
} from '../../../managers/links/request-line.js';

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

  it('puts commands before polls', async () => {
    const first = slowRequest();
    const begun: string[] = [];
    const noting = (name: string) => () => Promise.resolve(void begun.push(name));
    const all = [
      line.run(first.begin, live),
      line.run(noting('poll'), { ...own(), priority: 'poll' }),
      line.run(noting('command'), { ...own(), priority: 'command' }),
      line.run(noting('safety'), urgent),
    ];
    first.finish();
    await Promise.all(all);
    expect(begun).to.deep.equal(['safety', 'command', 'poll']);
  });

  it('lets a poll go after so many commands that overtook it, however many follow', async () => {
    const first = slowRequest();
    const begun: string[] = [];
    const all = [line.run(first.begin, live)];
    all.push(line.run(() => Promise.resolve(void begun.push('poll')), { ...own(), priority: 'poll' }));
    for (let count = 0; count < 3 * MAX_COMMANDS_BEFORE_A_POLL; count += 1) {
      all.push(line.run(() => Promise.resolve(void begun.push('command')), own()));
    }
    first.finish();
    await Promise.all(all);
    expect(begun.indexOf('poll')).to.equal(MAX_COMMANDS_BEFORE_A_POLL);
  });

  it('lets no crowd of polls keep a command out', async () => {
    const first = slowRequest();
    const polls = Array.from({ length: MAX_WAITING_REQUESTS }, () =>
      line.run(() => Promise.resolve(), { ...own(), priority: 'poll' }),
    );
    const all = [line.run(first.begin, live), ...polls];
    expect(await codeOf(Promise.race([line.run(first.begin, own()), settle()]))).to.equal('done');
    first.finish();
    await Promise.all(all);
  });

  it('counts what it refused, and has depth and age of what waits', async () => {
    const first = slowRequest();
    const all = Array.from({ length: MAX_WAITING_REQUESTS + 1 }, () => line.run(first.begin, own()));
    expect(await codeOf(line.run(first.begin, live))).to.equal('QUEUE_FULL');
    await clock.pass(250);
    expect(line).to.include({ refused: 1, waiting: MAX_WAITING_REQUESTS, oldestMs: 250 });
    first.finish();
    await Promise.all(all);
    expect(line).to.include({ refused: 1, waiting: 0, oldestMs: 0 });
  });

  describe('with deadlines', () => {
    it('refuses in that moment what was never sent, and says so', async () => {
      const first = slowRequest();
      const before = line.run(first.begin, live);
      const late = slowRequest();
      const refused = line
        .run(late.begin, { ...own(), deadline: clock.monotonic() + 300 })
        .catch((thrown: unknown) => `${String(thrown)} at ${clock.monotonic()}`);
      const startedAt = clock.monotonic();
      await clock.pass(1_000);
      expect(await refused).to.match(/the request was never sent: its deadline passed after it had waited 300 ms/);
      expect(await refused).to.match(new RegExp(`at ${startedAt + 300}$`));
      first.finish();
      await before;
      expect(late.isBegun()).to.equal(false);
      expect(line.length).to.equal(0);
    });

    it('refuses one that is over before it begins', async () => {
      await clock.pass(10);
      expect(await codeOf(line.run(() => Promise.resolve(), { ...own(), deadline: 5 }))).to.equal('TIMEOUT');
    });
  });

  describe('with a request that pauses', () => {
    const slow = {};
    /** Asks, leaves the instrument alone for 4 s, fetches the answer. */
    const measure = (begun: string[]) => async (turn: Turn) => {
      begun.push('ask');
      await turn.pause(() => new Promise((resolve) => void clock.after(4_000, resolve)));
      begun.push('fetch');
    };

    it('leaves the bus to others meanwhile', async () => {
      const begun: string[] = [];
      const measuring = line.run(measure(begun), own(), slow);
      await settle();
      await line.run(() => Promise.resolve(void begun.push('other')), own(), {});
      await clock.pass(4_000);
      await measuring;
      expect(begun).to.deep.equal(['ask', 'other', 'fetch']);
    });

    it('keeps other requests of the same instrument waiting, safety too', async () => {
      const begun: string[] = [];
      const all = [
        line.run(measure(begun), own(), slow),
        line.run(() => Promise.resolve(void begun.push('next')), own(), slow),
        line.run(() => Promise.resolve(void begun.push('safe')), { ...own(), priority: 'safety' }, slow),
      ];
      await clock.pass(4_000);
      await Promise.all(all);
      expect(begun).to.deep.equal(['ask', 'fetch', 'safe', 'next']);
    });

    it('comes back before the commands that wait by then', async () => {
      const begun: string[] = [];
      const measuring = line.run(measure(begun), own(), slow);
      await settle();
      const busy = slowRequest();
      const other = line.run(busy.begin, own(), {});
      const command = line.run(() => Promise.resolve(void begun.push('command')), own(), {});
      await clock.pass(4_000);
      busy.finish();
      await Promise.all([measuring, other, command]);
      expect(begun).to.deep.equal(['ask', 'fetch', 'command']);
    });

    it('goes on with the others when the pause fails', async () => {
      const failing = line.run((turn) => turn.pause(() => Promise.reject(new Error('unplugged'))), own(), slow);
      expect(await codeOf(failing)).to.equal('a defect');
      expect(await line.run(() => Promise.resolve('answer'), own(), slow)).to.equal('answer');
      expect(line.length).to.equal(0);
    });

    it('gives up when its deadline passes before the bus is free again', async () => {
      const call = { ...own(), deadline: clock.monotonic() + 4_500 };
      const measuring = line.run(measure([]), call, slow).catch(String);
      await settle();
      const busy = slowRequest();
      const other = line.run(busy.begin, own(), {});
      await clock.pass(4_600);
      expect(await measuring).to.contain('the answer was not fetched: meter was not free again within 500 ms');
      busy.finish();
      await other;
      expect(line.length).to.equal(0);
    });
  });
});
