import { install } from '@sinonjs/fake-timers';
import { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import type { JsonObject } from '../../core/json-value.js';
import { noLinks, type Links } from '../../core/link.js';
import { silentLog } from '../../core/log.js';
import { driverFiles } from '../../station/driver-files.js';
import type { HardwareManager, ManagerContext } from '../../core/manager.js';
import type { ChannelId, Output, Reading } from '../../core/message.js';
import { seededRandom } from '../../core/random.js';
import { createCompiler } from '../../schemas/compiler.js';

export const START_MS = Date.UTC(2026, 0, 15, 12);

export type FakeClock = Clock & {
  /** Lets time pass, timer by timer, with all that they set going. */
  readonly pass: (ms: number) => Promise<void>;
  readonly timerCount: () => number;
  /** Gives the real time back. */
  readonly uninstall: () => void;
};

/** Not `setImmediate`: the fake one takes a millisecond. A turn of the event loop is a microtask here. */
const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const;

/** A longer wait would be over at once; no test lasts so long. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Time that passes when it is told to, also for the timers of rxjs, which are the platform's. */
export const fakeClock = (): FakeClock => {
  const timers = install({ now: START_MS, toFake: [...FAKED] });
  return {
    now: () => timers.now,
    monotonic: () => performance.now(),
    after: (ms, task) => {
      const timer = timers.setTimeout(task, Math.min(ms, MAX_TIMER_MS));
      return () => timers.clearTimeout(timer);
    },
    turn: queueMicrotask,
    pass: async (ms) => {
      await timers.tickAsync(ms);
    },
    timerCount: () => timers.countTimers(),
    uninstall: () => {
      timers.uninstall();
    },
  };
};

/** A bus with managers on it, in fake time; remembers what is said and when. */
export class FakeStation {
  readonly clock = fakeClock();
  readonly bus = new Bus({ clock: this.clock });
  readonly outputs: Output[] = [];
  #reference = 0;

  constructor() {
    this.bus.outputs.subscribe((output) => this.outputs.push(output));
  }

  context(name: string, links: Links = noLinks): ManagerContext {
    const { clock, bus } = this;
    return {
      stream: bus.streamOf(name),
      clock,
      random: seededRandom(1),
      log: silentLog,
      compile: createCompiler(),
      links,
      drivers: driverFiles,
    };
  }

  async start<Manager extends HardwareManager>(manager: Manager): Promise<Manager> {
    this.bus.attach(manager);
    await manager.start();
    await this.clock.pass(0);
    return manager;
  }

  /** Milliseconds since the start of the station. */
  get elapsedMs(): number {
    return this.clock.now() - START_MS;
  }

  /** Sends a command; `answer()` is what it has been told by now, `answeredAfterMs()` when. */
  send(manager: string, command: string, args: JsonObject = {}, channel?: ChannelId) {
    const id = `command ${++this.#reference}`;
    const sentAt = this.clock.now();
    const origin = { connector: 'test', peer: 'tester' };
    this.bus.submit({ manager, command, arguments: args, origin, id, ...(channel === undefined ? {} : { channel }) });
    const answers = () =>
      this.outputs.filter(
        (output) => (output.type === 'reply' || output.type === 'failure') && output.command.id === id,
      );
    return {
      answers,
      value: () => answers().flatMap((output) => (output.type === 'reply' ? [output.value] : []))[0],
      code: () => answers().flatMap((output) => (output.type === 'failure' ? [output.problem.code] : []))[0],
      text: () => answers().flatMap((output) => (output.type === 'failure' ? [output.problem.message] : []))[0],
      answeredAfterMs: () => (answers()[0]?.timeMs ?? NaN) - sentAt,
    };
  }

  newest(topic: string): Reading | undefined {
    return this.bus.snapshot().find((reading) => reading.topic === topic);
  }

  readings(topic: string): readonly Reading[] {
    return this.outputs.flatMap((output) => (output.type === 'reading' && output.topic === topic ? [output] : []));
  }

  events(): readonly string[] {
    return this.outputs.flatMap((output) => (output.type === 'event' ? [output.event] : []));
  }

  /** Stops everything and gives the real time back; returns the timers that were left over. */
  async stop(): Promise<number> {
    try {
      const stopping = Promise.all(this.bus.managers.map((manager) => manager.stop()));
      await this.clock.pass(2_000);
      await stopping;
      this.bus.complete();
      return this.clock.timerCount();
    } finally {
      this.clock.uninstall();
    }
  }
}
