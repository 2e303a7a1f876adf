import { expect } from 'chai';
import { Observable, of, throwError } from 'rxjs';
import { Connection } from '../../core/connection.js';
import type { Device } from '../../core/device.js';
import { HardwareError, problem, type Problem } from '../../core/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { MemoryLog } from '../support/memory-log.js';

describe('Connection', () => {
  let clock: FakeClock;
  let log: MemoryLog;
  let edges: string[];
  let pauses: number[];
  let connection: Connection<Device>;

  const connect = (createDriver: () => Device, onOnline: () => void = () => undefined): void => {
    let pauseMs = 100;
    connection = new Connection({
      name: 'psu',
      clock,
      log,
      backoff: {
        next: () => {
          pauses.push(pauseMs);
          return (pauseMs += 100);
        },
        reset: () => {
          pauseMs = 100;
        },
      },
      createDriver,
      onOnline: () => {
        edges.push('online');
        onOnline();
      },
      onOffline: ({ code }: Problem) => edges.push(code),
    });
    connection.start();
  };
  const good: Device = { open: () => Promise.resolve(), close: () => Promise.resolve() };

  beforeEach(() => {
    clock = new FakeClock();
    log = new MemoryLog();
    edges = [];
    pauses = [];
  });

  afterEach(async () => {
    const stopping = connection.stop();
    await clock.pass(1_000);
    await stopping;
    expect(clock.pending).to.equal(0);
    clock.uninstall();
  });

  it('is not online when the driver says that the link is lost while it is asked', async () => {
    connect(() => ({ ...good, lost: of(problem('DISCONNECTED', 'reset')) }));
    await clock.pass(0);
    expect([connection.state, connection.driver]).to.deep.equal(['offline', undefined]);
    expect(edges).to.deep.equal(['DISCONNECTED']);
  });

  it('takes an error of that stream for a loss', async () => {
    connect(() => ({ ...good, lost: throwError(() => new TypeError('no')) }));
    await clock.pass(0);
    expect(edges).to.deep.equal(['INTERNAL']);
  });

  it('keeps one subscription to that stream at most', async () => {
    let subscriptions = 0;
    const lost = new Observable<Problem>((subscriber) => {
      subscriptions += 1;
      if (subscriptions === 1) subscriber.next(problem('DISCONNECTED', 'reset'));
      return () => (subscriptions -= 1);
    });
    connect(() => ({ ...good, lost }));
    await clock.pass(0);
    expect(subscriptions).to.equal(0);
    await clock.pass(1_000);
    await connection.stop();
    expect(subscriptions).to.equal(0);
  });

  it('does not begin when it is stopped in the call that says it is online', async () => {
    connect(
      () => good,
      () => void connection.stop(),
    );
    await clock.pass(5_000);
    expect([connection.state, edges]).to.deep.equal(['stopped', ['online']]);
  });

  it('tries again when what is done once online throws, and says so once', async () => {
    let failures = 0;
    connect(
      () => good,
      () => {
        failures += 1;
        if (failures < 5) throw new TypeError('no channels');
      },
    );
    await clock.pass(10_000);
    expect(connection.state).to.equal('online');
    expect(log.messages).to.deep.equal(['warn: instrument is away', 'info: instrument is back']);
  });

  it('tries again when the driver cannot even be made', async () => {
    let attempts = 0;
    connect(() => {
      attempts += 1;
      if (attempts < 3) throw new HardwareError('DEVICE_FAULT', 'no such interface');
      return good;
    });
    await clock.pass(1_000);
    expect([connection.state, edges]).to.deep.equal(['online', ['DEVICE_FAULT', 'online']]);
  });

  it('opens a new driver only when the last has let go of the link', async () => {
    const asked: string[] = [];
    let count = 0;
    connect(() => {
      count += 1;
      const name = `${count}`;
      return {
        open: () => Promise.resolve(void asked.push(`open ${name}`)),
        close: () =>
          new Promise((resolve) => {
            clock.after(300, () => {
              asked.push(`closed ${name}`);
              resolve();
            });
          }),
      };
    });
    await clock.pass(0);
    connection.lose(problem('DISCONNECTED', 'reset'));
    await clock.pass(1_000);
    expect(asked).to.deep.equal(['open 1', 'closed 1', 'open 2']);
  });

  it('closes a driver again that was closed while it opened, and fails with a link that it got since', async () => {
    let closed = 0;
    let fail: (reason: Error) => void = () => undefined;
    const open = (): Promise<void> => new Promise((_resolve, reject) => (fail = reject));
    connect(() => ({
      open,
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    }));
    await clock.pass(10);
    await connection.stop();
    expect(closed).to.equal(1);
    fail(new HardwareError('ABORTED', 'the link was closed'));
    await clock.pass(10);
    expect(closed).to.equal(2);
  });

  it('grows its pauses until it has been online for 3 s', async () => {
    connect(() => good);
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await clock.pass(1_000);
      connection.lose(problem('DISCONNECTED', 'reset'));
    }
    expect(pauses).to.deep.equal([100, 200, 300]);
    await clock.pass(5_000);
    connection.lose(problem('DISCONNECTED', 'reset'));
    expect(pauses.at(-1)).to.equal(100);
  });

  it('says how long it was away', async () => {
    let isThere = true;
    connect(() => ({
      ...good,
      open: () => (isThere ? Promise.resolve() : Promise.reject(new HardwareError('DISCONNECTED', 'refused'))),
    }));
    await clock.pass(5_000);
    isThere = false;
    connection.lose(problem('DISCONNECTED', 'reset'));
    await clock.pass(10_000);
    isThere = true;
    await clock.pass(10_000);
    expect(log.lines.map(({ message }) => message)).to.deep.equal(['instrument is away', 'instrument is back']);
    expect(log.lines[1]?.fields['awayMs']).to.be.within(10_000, 12_000);
  });

  it('ignores a loss that is told while it is not online', async () => {
    connect(() => ({ ...good, open: () => new Promise(() => undefined) }));
    connection.lose(problem('DISCONNECTED', 'late'));
    await clock.pass(0);
    expect([connection.state, edges]).to.deep.equal(['starting', []]);
  });
});
