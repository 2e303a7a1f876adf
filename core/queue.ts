import { holdsOthers, overlap, skipsBusy, type CommandTraits, type Waiting } from './busy-rules.js';
import { AbortableCall } from './call.js';
import type { Cancel, Clock } from './clock.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { Command, OutputBody } from './message.js';
import type { Call } from './parameter.js';
import { notPlain } from './plain-data.js';
import * as problems from './queue-problems.js';
import { isFirstAnswer, whenFreed, type RunningCommand } from './running-command.js';
import { WaitingCommands } from './waiting-commands.js';

export type QueueOptions = {
  readonly name: string;
  readonly clock: Clock;
  readonly maxWaiting: number;
  /** Concurrent commands at work at once, and urgent ones apart from them; more are refused with QUEUE_FULL. */
  readonly maxConcurrent: number;
  readonly traits: (command: Command) => CommandTraits;
  readonly run: (command: Command, call: Call) => Promise<Json>;
  /** Lock, interlock and limits once more, when a command that had to wait is taken out. */
  readonly askAgain: (command: Command) => Problem | undefined;
  readonly publish: (body: OutputBody) => void;
  /** A driver that was told to give up, by a time-out or an abort, gets this long to settle; then `onStuck`. */
  readonly settleGraceMs: number;
  /** Told before the failure of a command that never began. */
  readonly onNeverRan: (command: Command) => void;
  readonly onStuck: (reason: Problem) => void;
  /** Something that is no `HardwareError` was thrown; it has been answered with INTERNAL. */
  readonly onDefect: (thrown: unknown) => void;
};

/** The input queue of a manager: decides busy, queue or run; gives each command exactly one reply or failure in bounded time.
 *  A time-out answers at the deadline but does not free: busy stays until the driver settles or the link is reset. */
export class CommandQueue {
  readonly #options: QueueOptions;
  readonly #running = new Set<RunningCommand>();
  readonly #waiting: WaitingCommands;
  #isStopping = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#waiting = new WaitingCommands({
      clock: options.clock,
      onExpired: ({ command }, reason) => {
        this.#refuse(command, reason);
        this.#takeWaiting();
      },
    });
  }

  /** Commands waiting for their turn; at most `maxWaiting`. */
  get depth(): number {
    return this.#waiting.length;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Never throws: whatever goes wrong is the answer to the command. */
  push(command: Command): void {
    const traits = this.#traitsOf(command);
    if (traits === undefined) return;
    const next = { command, traits };
    if (this.#isStopping) this.#refuse(command, problems.stopping(this.#options.name));
    else if (skipsBusy(traits)) {
      if (traits.preempts === true) this.#endFor(next);
      this.#runBeside(next);
    } else if (!this.#isBlocked(next)) this.#run(next);
    else if (traits.busy === 'queue') this.#wait(next);
    else this.#refuse(command, this.#busyBecause(this.#blockerOf(next)));
  }

  /** Ends what runs and what waits, on one channel or on all, but nothing urgent; a driver that does not settle stays busy.
   *  Returns how many. */
  abort(channel: Command['channel'], reason: Problem): number {
    return this.#endAll(
      ({ command }) => channel === undefined || command.channel === undefined || command.channel === channel,
      reason,
    );
  }

  /** What preempts does not end its own like, nor reads: they do not stand in its way. */
  #endFor(next: Waiting): void {
    const reason = problem('ABORTED', `${this.#nameOf(next.command)} took its place`);
    this.#endAll(({ command, traits }) => !skipsBusy(traits) && overlap({ command, traits }, next), reason);
  }

  #endAll(concerns: (other: Waiting) => boolean, reason: Problem): number {
    const waiting = this.#waiting.takeAll(concerns);
    const running = [...this.#running].filter((run) => !run.traits.isUrgent && !run.isAnswered && concerns(run));
    for (const { command } of waiting) this.#refuse(command, reason);
    for (const run of running) this.#giveUp(run, reason);
    this.#takeWaiting();
    return waiting.length + running.length;
  }

  /** The link is gone: ends everything, urgent or not, and frees; what settles afterwards is ignored. */
  reset(reason: Problem): void {
    for (const { command } of this.#waiting.takeAll(() => true)) this.#refuse(command, reason);
    for (const run of [...this.#running]) {
      this.#giveUp(run, reason);
      this.#free(run);
    }
    this.#takeWaiting();
  }

  /** Waits until all that was ended but may still write has settled; false: there was nothing of that kind. */
  async settled(): Promise<boolean> {
    const late = [...this.#running].filter((run) => run.isAnswered && holdsOthers(run.traits));
    await Promise.all(late.map(whenFreed));
    return late.length > 0;
  }

  /** Takes nothing new and ends the rest, what is urgent after `graceMs`; resolves when nothing is at work. Idempotent. */
  stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    return this.#end(graceMs);
  }

  restart(): void {
    this.#isStopping = false;
  }

  async #end(graceMs: number): Promise<void> {
    this.abort(undefined, problems.stopping(this.#options.name));
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(graceMs, () => {
        this.reset(problems.stopping(this.#options.name));
      });
      Promise.all([...this.#running].map(whenFreed)).then(() => {
        cancel();
        resolve();
      }, resolve);
    });
  }

  #traitsOf(command: Command): CommandTraits | undefined {
    try {
      const traits = this.#options.traits(command);
      if (Number.isFinite(traits.timeoutMs) && traits.timeoutMs > 0) return traits;
      throw new RangeError(`${this.#nameOf(command)}: a time-out of ${traits.timeoutMs} ms was declared`);
    } catch (thrown) {
      this.#options.onNeverRan(command);
      this.#failWith(command, thrown);
      return undefined;
    }
  }

  /** Beside whatever runs: reads, and what makes things stop or safe. Counted apart, so that no flood of reads keeps a stop out. */
  #runBeside(next: Waiting): void {
    const { name, maxConcurrent } = this.#options;
    let count = 0;
    for (const { traits } of this.#running) {
      if (skipsBusy(traits) && traits.isUrgent === next.traits.isUrgent) count += 1;
    }
    if (count < maxConcurrent) this.#run(next);
    else this.#refuse(next.command, problems.tooManyAtWork(name, count));
  }

  #run({ command, traits }: Waiting): void {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const isSafety = traits.isUrgent || traits.preempts === true;
    const call = new AbortableCall(startedAt + traits.timeoutMs, isSafety ? 'safety' : 'command');
    const run: RunningCommand = { command, traits, startedAt, call, isAnswered: false, cancelTimer: noTimer };
    this.#running.add(run);
    run.cancelTimer = clock.after(traits.timeoutMs, () => {
      this.#timeOut(run);
    });
    if (holdsOthers(traits)) this.#announce('busy', command);
    // Whoever heard "busy" may have aborted it already.
    const work = run.isAnswered ? Promise.resolve(null) : this.#work(command, call);
    work.then(
      (value) => {
        this.#settle(run, value);
      },
      (thrown: unknown) => {
        if (this.#free(run) && isFirstAnswer(run)) this.#failWith(command, thrown);
        this.#takeWaiting();
      },
    );
  }

  /** A `run` that throws and one that rejects are the same failure. */
  async #work(command: Command, call: Call): Promise<Json> {
    return await this.#options.run(command, call);
  }

  #settle(run: RunningCommand, value: Json): void {
    const { command } = run;
    if (this.#free(run) && isFirstAnswer(run)) {
      const flaw = notPlain(value);
      if (flaw === undefined) this.#options.publish({ type: 'reply', command, value });
      else
        this.#failWith(command, new TypeError(`${this.#nameOf(command)} answered with what is no plain data: ${flaw}`));
    }
    this.#takeWaiting();
  }

  /** Before the answer, so that a client may send its next command as soon as it sees it. False: a reset has freed it. */
  #free(run: RunningCommand): boolean {
    if (!this.#running.delete(run)) return false;
    run.cancelTimer();
    if (holdsOthers(run.traits)) this.#announce('idle', run.command);
    for (const tell of run.onFreed ?? []) tell();
    return true;
  }

  #timeOut(run: RunningCommand): void {
    const { command, traits } = run;
    this.#giveUp(run, problems.notDoneInTime(this.#nameOf(command), traits.timeoutMs));
  }

  /** Answers now and tells the driver to give up; one that does not is stuck. */
  #giveUp(run: RunningCommand, reason: Problem): void {
    if (!isFirstAnswer(run)) return;
    const { clock, settleGraceMs, onStuck } = this.#options;
    run.cancelTimer();
    run.cancelTimer = clock.after(settleGraceMs, () => {
      onStuck(problems.doesNotEnd(this.#nameOf(run.command), settleGraceMs));
    });
    run.call.abort(new HardwareError(reason.code, reason.message));
    this.#fail(run.command, reason);
  }

  #wait(next: Waiting): void {
    const { maxWaiting, name } = this.#options;
    if (this.#waiting.length < maxWaiting) this.#waiting.add(next);
    else this.#refuse(next.command, problems.tooManyWaiting(name, maxWaiting));
  }

  #takeWaiting(): void {
    // From the front each time: whoever heard of one may have sent or aborted others meanwhile.
    for (let next = this.#takeFirst(); next !== undefined; next = this.#takeFirst()) this.#runIfStillAllowed(next);
  }

  #takeFirst(): Waiting | undefined {
    return this.#waiting.takeFirst((next) => this.#blockerOf(next) === undefined);
  }

  #runIfStillAllowed(next: Waiting): void {
    try {
      const refusal = this.#options.askAgain(next.command);
      if (refusal !== undefined) this.#refuse(next.command, refusal);
      else this.#run(next);
    } catch (thrown) {
      this.#options.onNeverRan(next.command);
      this.#failWith(next.command, thrown);
    }
  }

  #isBlocked(next: Waiting): boolean {
    return this.#blockerOf(next) !== undefined || this.#waiting.block(next);
  }

  #blockerOf(next: Waiting): RunningCommand | undefined {
    for (const run of this.#running) if (holdsOthers(run.traits) && overlap(run, next)) return run;
    return undefined;
  }

  #busyBecause(blocker: RunningCommand | undefined): Problem {
    const { name, clock } = this.#options;
    if (blocker === undefined) return problems.busyProblem(name, undefined);
    return problems.busyProblem(name, { command: blocker.command, forMs: clock.monotonic() - blocker.startedAt });
  }

  #nameOf(command: Command): string {
    return problems.commandName(this.#options.name, command);
  }

  #announce(event: 'busy' | 'idle', { command, channel, reference }: Command): void {
    const details = { command, reference };
    this.#options.publish(
      channel === undefined ? { type: 'event', event, details } : { type: 'event', event, channel, details },
    );
  }

  #failWith(command: Command, thrown: unknown): void {
    if (!(thrown instanceof HardwareError)) this.#options.onDefect(thrown);
    this.#fail(command, toProblem(thrown));
  }

  #refuse(command: Command, reason: Problem): void {
    this.#options.onNeverRan(command);
    this.#fail(command, reason);
  }

  #fail(command: Command, reason: Problem): void {
    this.#options.publish({ type: 'failure', command, problem: reason });
  }
}

const noTimer: Cancel = () => undefined;
