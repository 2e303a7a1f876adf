import type { Cancel, Clock } from './clock.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { Command, OutputBody } from './message.js';
import type { BusyPolicy, Call } from './parameter.js';

/** How one command behaves towards the others. */
export type CommandTraits = {
  readonly busy: BusyPolicy;
  readonly busyScope: 'channel' | 'manager';
  readonly isUrgent: boolean;
  readonly timeoutMs: number;
};

export type QueueOptions = {
  readonly name: string;
  readonly clock: Clock;
  readonly maxWaiting: number;
  readonly traits: (command: Command) => CommandTraits;
  readonly run: (command: Command, call: Call) => Promise<Json>;
  /** Lock, interlock and limits once more, when a command that had to wait is taken out. */
  readonly askAgain: (command: Command) => Problem | undefined;
  readonly publish: (body: OutputBody) => void;
};

type Running = {
  readonly command: Command;
  readonly traits: CommandTraits;
  readonly startedAt: number;
  readonly controller: AbortController;
  /** Set when the reply or failure has gone out: after a time-out the driver may still be at work. */
  isAnswered: boolean;
  cancelDeadline: Cancel;
};

/** The input queue of a manager: decides busy, queue or run; gives each command exactly one reply or failure in bounded time.
 *  A time-out answers at the deadline but does not free: busy stays until the driver settles. */
export class CommandQueue {
  readonly #options: QueueOptions;
  readonly #running = new Set<Running>();
  #waiting: Command[] = [];
  #isStopping = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Commands waiting for their turn; at most `maxWaiting`. */
  get depth(): number {
    return this.#waiting.length;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  push(command: Command): void {
    const traits = this.#options.traits(command);
    if (this.#isStopping && !traits.isUrgent) {
      this.#fail(command, problem('STOPPING', `${this.#options.name} is stopping`));
      return;
    }
    if (traits.isUrgent || traits.busy === 'concurrent') {
      this.#run(command, traits);
      return;
    }
    const blocker = this.#blockerOf(command, traits);
    if (blocker === undefined && !this.#hasWaitingBefore(command, traits)) this.#run(command, traits);
    else if (traits.busy === 'queue') this.#wait(command);
    else this.#fail(command, this.#busyProblem(blocker));
  }

  /** Ends what runs and what waits, on one channel or on all; a driver that does not settle stays busy. Returns how many. */
  abort(channel: Command['channel'], reason: Problem): number {
    const concerns = (command: Command): boolean =>
      channel === undefined || command.channel === undefined || command.channel === channel;
    const waiting = this.#waiting.filter(concerns);
    this.#waiting = this.#waiting.filter((command) => !concerns(command));
    for (const command of waiting) this.#fail(command, reason);
    const running = [...this.#running].filter(
      (run) => !run.traits.isUrgent && !run.isAnswered && concerns(run.command),
    );
    for (const run of running) {
      run.controller.abort(new HardwareError(reason.code, reason.message));
      this.#answer(run, () => {
        this.#fail(run.command, reason);
      });
    }
    return waiting.length + running.length;
  }

  /** Takes nothing new and ends the rest; resolves when the last driver call has settled or `graceMs` is over. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.abort(undefined, problem('STOPPING', `${this.#options.name} is stopping`));
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(graceMs, resolve);
      this.#onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  restart(): void {
    this.#isStopping = false;
  }

  #onIdle: () => void = () => undefined;

  #run(command: Command, traits: CommandTraits): void {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const controller = new AbortController();
    const run: Running = { command, traits, startedAt, controller, isAnswered: false, cancelDeadline: () => undefined };
    const takesPart = !traits.isUrgent && traits.busy !== 'concurrent';
    this.#running.add(run);
    if (takesPart) this.#announce('busy', command);
    run.cancelDeadline = clock.after(traits.timeoutMs, () => {
      this.#timeOut(run);
    });
    this.#options.run(command, { signal: controller.signal, deadline: startedAt + traits.timeoutMs }).then(
      (value) => {
        this.#settle(run, takesPart, () => {
          this.#options.publish({ type: 'reply', command, value });
        });
      },
      (thrown: unknown) => {
        this.#settle(run, takesPart, () => {
          this.#fail(command, toProblem(thrown));
        });
      },
    );
  }

  /** Frees first, so that a client may send its next command as soon as it sees the answer. */
  #settle(run: Running, takesPart: boolean, answer: () => void): void {
    this.#running.delete(run);
    this.#answer(run, answer);
    if (takesPart) this.#announce('idle', run.command);
    this.#takeWaiting();
    if (this.#running.size === 0) this.#onIdle();
  }

  #answer(run: Running, answer: () => void): void {
    run.cancelDeadline();
    if (run.isAnswered) return;
    run.isAnswered = true;
    answer();
  }

  #timeOut(run: Running): void {
    const { command, traits } = run;
    const text = `${this.#nameOf(command)} was not done within ${traits.timeoutMs} ms; it stays busy until the device settles`;
    const timeout = problem('TIMEOUT', text);
    run.controller.abort(new HardwareError(timeout.code, timeout.message));
    this.#answer(run, () => {
      this.#fail(command, timeout);
    });
  }

  #wait(command: Command): void {
    const { maxWaiting, name } = this.#options;
    if (this.#waiting.length < maxWaiting) this.#waiting.push(command);
    else
      this.#fail(command, problem('QUEUE_FULL', `${name} already has ${maxWaiting} commands waiting; try again later`));
  }

  #takeWaiting(): void {
    for (let index = 0; index < this.#waiting.length;) {
      const command = this.#waiting[index];
      if (command === undefined) return;
      const traits = this.#options.traits(command);
      const isFree = this.#blockerOf(command, traits) === undefined && !this.#hasWaitingBefore(command, traits, index);
      if (!isFree) {
        index += 1;
        continue;
      }
      this.#waiting.splice(index, 1);
      const refusal = this.#options.askAgain(command);
      if (refusal === undefined) this.#run(command, traits);
      else this.#fail(command, refusal);
    }
  }

  #blockerOf(command: Command, traits: CommandTraits): Running | undefined {
    for (const run of this.#running) {
      if (
        run.traits.isUrgent
          ? conflictsWithUrgent(run, command)
          : run.traits.busy !== 'concurrent' && overlap(run.command, run.traits, command, traits)
      )
        return run;
    }
    return undefined;
  }

  #hasWaitingBefore(command: Command, traits: CommandTraits, end = this.#waiting.length): boolean {
    for (let index = 0; index < end; index += 1) {
      const other = this.#waiting[index];
      if (other !== undefined && overlap(other, this.#options.traits(other), command, traits)) return true;
    }
    return false;
  }

  #busyProblem(blocker: Running | undefined): Problem {
    const { name, clock } = this.#options;
    if (blocker === undefined) return problem('BUSY', `${name} is busy: commands are waiting`);
    const elapsed = ((clock.monotonic() - blocker.startedAt) / 1000).toFixed(1);
    const { connector, peer, name: who } = blocker.command.origin;
    return problem(
      'BUSY',
      `${this.#nameOf(blocker.command)} has been running for ${elapsed} s, asked by ${who ?? `${connector} ${peer}`}; wait for it or abort it`,
    );
  }

  #nameOf({ command, channel }: Command): string {
    return `${this.#options.name}${channel === undefined ? '' : `/${channel}`} ${command}`;
  }

  #announce(event: 'busy' | 'idle', { command, channel, reference }: Command): void {
    const details = { command, reference };
    this.#options.publish(
      channel === undefined ? { type: 'event', event, details } : { type: 'event', event, channel, details },
    );
  }

  #fail(command: Command, reason: Problem): void {
    this.#options.publish({ type: 'failure', command, problem: reason });
  }
}

const overlap = (a: Command, aTraits: CommandTraits, b: Command, bTraits: CommandTraits): boolean =>
  aTraits.busyScope === 'manager' || bTraits.busyScope === 'manager' || a.channel === b.channel;

/** Nothing new starts on a channel that is just being made safe. */
const conflictsWithUrgent = (run: Running, command: Command): boolean =>
  run.command.channel === undefined || run.command.channel === command.channel;
