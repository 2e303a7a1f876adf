import { holdsOthers, overlap, skipsBusy, type CommandTraits, type Waiting } from './busy-rules.js';
import { AbortableCall } from './call.js';
import type { Cancel, Clock } from './clock.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import { refuseExpired } from './expiry.js';
import type { Json } from './json-value.js';
import type { Command, OutputBody } from './message.js';
import type { Call } from './parameter.js';
import { notPlain } from './plain-data.js';

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

type Running = Waiting & {
  readonly startedAt: number;
  readonly call: AbortableCall;
  /** Set when the reply or failure has gone out: after a time-out the driver may still be at work. */
  isAnswered: boolean;
  /** The deadline; once answered, the time in which the driver must settle. */
  cancelTimer: Cancel;
  onFreed?: (() => void)[];
};

/** One that waits for its turn, for as long as its client allows. */
type Kept = Waiting & { cancelExpiry: Cancel };

/** The input queue of a manager: decides busy, queue or run; gives each command exactly one reply or failure in bounded time.
 *  A time-out answers at the deadline but does not free: busy stays until the driver settles or the link is reset. */
export class CommandQueue {
  readonly #options: QueueOptions;
  readonly #running = new Set<Running>();
  #waiting: Kept[] = [];
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

  /** Never throws: whatever goes wrong is the answer to the command. */
  push(command: Command): void {
    const traits = this.#traitsOf(command);
    if (traits === undefined) return;
    const next = { command, traits };
    if (this.#isStopping) this.#refuse(command, this.#stoppingProblem());
    else if (skipsBusy(traits)) {
      if (traits.preempts === true) this.#endFor(next);
      this.#runBeside(next);
    } else if (!this.#isBlocked(next, this.#waiting.length)) this.#run(next);
    else if (traits.busy === 'queue') this.#wait(next);
    else this.#refuse(command, this.#busyProblem(this.#blockerOf(next)));
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
    const waiting = this.#waiting.filter(concerns);
    this.#waiting = this.#waiting.filter((other) => !concerns(other));
    const running = [...this.#running].filter((run) => !run.traits.isUrgent && !run.isAnswered && concerns(run));
    for (const kept of waiting) this.#failKept(kept, reason);
    for (const run of running) this.#giveUp(run, reason);
    this.#takeWaiting();
    return waiting.length + running.length;
  }

  /** The link is gone: ends everything, urgent or not, and frees; what settles afterwards is ignored. */
  reset(reason: Problem): void {
    for (const kept of this.#waiting.splice(0)) this.#failKept(kept, reason);
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
    this.abort(undefined, this.#stoppingProblem());
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(graceMs, () => {
        this.reset(this.#stoppingProblem());
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
    else
      this.#refuse(
        next.command,
        problem('QUEUE_FULL', `${name} already has ${count} of them at work; try again later`),
      );
  }

  #run({ command, traits }: Waiting): void {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const isSafety = traits.isUrgent || traits.preempts === true;
    const call = new AbortableCall(startedAt + traits.timeoutMs, isSafety ? 'safety' : 'command');
    const run: Running = { command, traits, startedAt, call, isAnswered: false, cancelTimer: noTimer };
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
        if (this.#free(run) && this.#isFirstAnswer(run)) this.#failWith(command, thrown);
        this.#takeWaiting();
      },
    );
  }

  /** A `run` that throws and one that rejects are the same failure. */
  async #work(command: Command, call: Call): Promise<Json> {
    return await this.#options.run(command, call);
  }

  #settle(run: Running, value: Json): void {
    const { command } = run;
    if (this.#free(run) && this.#isFirstAnswer(run)) {
      const flaw = notPlain(value);
      if (flaw === undefined) this.#options.publish({ type: 'reply', command, value });
      else
        this.#failWith(command, new TypeError(`${this.#nameOf(command)} answered with what is no plain data: ${flaw}`));
    }
    this.#takeWaiting();
  }

  /** Before the answer, so that a client may send its next command as soon as it sees it. False: a reset has freed it. */
  #free(run: Running): boolean {
    if (!this.#running.delete(run)) return false;
    run.cancelTimer();
    if (holdsOthers(run.traits)) this.#announce('idle', run.command);
    for (const tell of run.onFreed ?? []) tell();
    return true;
  }

  #isFirstAnswer(run: Running): boolean {
    if (run.isAnswered) return false;
    run.isAnswered = true;
    return true;
  }

  #timeOut(run: Running): void {
    const { command, traits } = run;
    const text = `${this.#nameOf(command)} was not done within ${traits.timeoutMs} ms; it stays busy until the device settles`;
    this.#giveUp(run, problem('TIMEOUT', text));
  }

  /** Answers now and tells the driver to give up; one that does not is stuck. */
  #giveUp(run: Running, reason: Problem): void {
    if (!this.#isFirstAnswer(run)) return;
    const { clock, settleGraceMs, onStuck } = this.#options;
    run.cancelTimer();
    run.cancelTimer = clock.after(settleGraceMs, () => {
      onStuck(
        problem('TIMEOUT', `${this.#nameOf(run.command)} did not end within ${settleGraceMs} ms of being told to`),
      );
    });
    run.call.abort(new HardwareError(reason.code, reason.message));
    this.#fail(run.command, reason);
  }

  #wait(next: Waiting): void {
    const { maxWaiting, name } = this.#options;
    if (this.#waiting.length < maxWaiting) this.#keep({ ...next, cancelExpiry: noTimer });
    else
      this.#refuse(
        next.command,
        problem('QUEUE_FULL', `${name} already has ${maxWaiting} commands waiting; try again later`),
      );
  }

  #keep(kept: Kept): void {
    this.#waiting.push(kept);
    this.#watchExpiry(kept);
  }

  #watchExpiry(kept: Kept): void {
    const { clock } = this.#options;
    const { validUntilMs } = kept.command;
    if (validUntilMs === undefined) return;
    // Still valid in its last millisecond.
    kept.cancelExpiry = clock.after(Math.max(0, validUntilMs - clock.now()) + 1, () => {
      this.#expire(kept);
    });
  }

  #expire(kept: Kept): void {
    const reason = refuseExpired(kept.command, this.#options.clock.now());
    if (reason === undefined) {
      // The wall clock was set back.
      this.#watchExpiry(kept);
      return;
    }
    this.#waiting = this.#waiting.filter((other) => other !== kept);
    this.#failKept(kept, reason);
    this.#takeWaiting();
  }

  #failKept({ command, cancelExpiry }: Kept, reason: Problem): void {
    cancelExpiry();
    this.#refuse(command, reason);
  }

  #takeWaiting(): void {
    for (let index = 0; index < this.#waiting.length;) {
      const next = this.#waiting[index];
      if (next === undefined) return;
      if (this.#isBlocked(next, index)) {
        index += 1;
        continue;
      }
      this.#waiting.splice(index, 1);
      next.cancelExpiry();
      this.#runIfStillAllowed(next);
      // From the front: whoever heard of it may have sent or aborted others meanwhile.
      index = 0;
    }
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

  /** By one that runs, or by one of the first `end` that wait. */
  #isBlocked(next: Waiting, end: number): boolean {
    if (this.#blockerOf(next) !== undefined) return true;
    for (let index = 0; index < end; index += 1) {
      const other = this.#waiting[index];
      if (other !== undefined && overlap(other, next)) return true;
    }
    return false;
  }

  #blockerOf(next: Waiting): Running | undefined {
    for (const run of this.#running) if (holdsOthers(run.traits) && overlap(run, next)) return run;
    return undefined;
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

  #stoppingProblem(): Problem {
    return problem('STOPPING', `${this.#options.name} is stopping`);
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

const whenFreed = (run: Running): Promise<void> =>
  new Promise((resolve) => {
    (run.onFreed ??= []).push(resolve);
  });
