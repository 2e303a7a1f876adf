import type { Observable } from 'rxjs';
import type { CommandTraits } from './busy-rules.js';
import type { Clock } from './clock.js';
import type { Description, ManagerState } from './description.js';
import type { DriverFiles } from './driver-file/driver-files.js';
import { HardwareError, toProblem, type Problem } from './errors.js';
import type { JsonObject, Json } from './json-value.js';
import type { Links } from './link.js';
import type { Logger } from './log.js';
import type { ChannelId, Command, CommandRequest, Output, OutputBody } from './message.js';
import type { OutputStream } from './output-stream.js';
import type { Call } from './parameter.js';
import { CommandQueue } from './queue.js';
import type { Random } from './random.js';
import type { SchemaCompiler } from './validate.js';

/** What a manager needs from outside; the station hands it in, a test builds it by hand. */
export type ManagerContext = {
  readonly stream: OutputStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly compile: SchemaCompiler;
  /** Roads to instruments. */
  readonly links: Links;
  readonly drivers: DriverFiles;
};

/** Commands that may wait for one manager; more are refused with QUEUE_FULL. */
export const MAX_WAITING_COMMANDS = 64;
/** Reads on request that may be at work in one manager, and as many that make it stop or safe. */
export const MAX_CONCURRENT_COMMANDS = 64;
/** After its deadline, or an abort, a driver call gets this long to notice its signal; then the link counts as lost. */
export const SETTLE_GRACE_MS = 2_000;

/** Owns one instrument or one logical system: commands go into `input`, everything it says comes out of `output`.
 *  Most managers are made by `defineManager` from a declaration; a subclass is for what has no declaration. */
export abstract class HardwareManager {
  readonly name: string;
  readonly input: CommandQueue;
  protected readonly context: ManagerContext;
  /** Set by the bus: asks lock, interlock and limits again for a command that had to wait. */
  askAgain: (command: Command) => Problem | undefined = () => undefined;

  /** Set by the bus: an accepted command is going to fail without having begun, so that a repeat of it may run. */
  onNeverRan: (command: Command) => void = () => undefined;

  #defectCount = 0;

  constructor(context: ManagerContext) {
    this.name = context.stream.manager;
    this.context = context;
    this.input = new CommandQueue({
      name: this.name,
      clock: context.clock,
      maxWaiting: MAX_WAITING_COMMANDS,
      maxConcurrent: MAX_CONCURRENT_COMMANDS,
      settleGraceMs: SETTLE_GRACE_MS,
      traits: (command) => this.traitsOf(command),
      run: (command, call) => this.run(command, call),
      askAgain: (command) => this.askAgain(command),
      publish: (body) => {
        this.publish(body);
      },
      onNeverRan: (command) => {
        this.onNeverRan(command);
      },
      onStuck: (reason) => {
        this.onStuck(reason);
      },
      onDefect: (thrown) => {
        this.countDefect(thrown);
      },
    });
  }

  /** How often something was thrown or rejected that is no `HardwareError`. Only this manager suffers; the log has the stack. */
  get defectCount(): number {
    return this.#defectCount;
  }

  /** Hot; see `OutputStream`. */
  get output(): Observable<Output> {
    return this.context.stream.outputs;
  }

  /** Begins the loops; resolves without waiting for the instrument, which may be away for hours. */
  abstract start(): Promise<void>;
  /** Ends loops and running commands within 1 s, closes the link; the outputs of the device stay as they are. Idempotent. */
  abstract stop(): Promise<void>;
  abstract describe(): Description;
  abstract get state(): ManagerState;
  /** Brings the device to its safe state; idempotent; works when half of the device is dead. */
  abstract makeSafe(call: Call): Promise<void>;

  /** The declared channel for what a client wrote (`"1"` for 1); undefined: there is none. */
  abstract resolveChannel(channel: ChannelId): ChannelId | undefined;
  abstract refuseAddress(command: Command): Problem | undefined;
  abstract refuseArguments(command: Command): Problem | undefined;
  abstract refuseLimits(command: Command): Problem | undefined;
  /** `stop`, `abort`, `makeSafe`: skips lock and busy. False for a command that does not exist. */
  abstract isUrgent(command: Command): boolean;
  /** It changes nothing: a repeat of it is simply done again. */
  isRead(_command: Command): boolean {
    return false;
  }

  protected abstract traitsOf(command: Command): CommandTraits;
  protected abstract run(command: Command, call: Call): Promise<Json>;

  /** A driver call was told to end and did not: a subclass with a link resets it. */
  protected onStuck(reason: Problem): void {
    this.context.log.warn('driver does not settle', { manager: this.name, reason: reason.message });
  }

  /** Answers a command that did not pass the gate. */
  refuse(command: Command, reason: Problem): void {
    this.publish({ type: 'failure', command, problem: reason });
  }

  /** Answers a command on which a question of the gate itself has failed. */
  refuseWith(command: Command, thrown: unknown): void {
    if (!(thrown instanceof HardwareError)) this.countDefect(thrown);
    this.refuse(command, toProblem(thrown));
  }

  /** A request with its channel spelled as declared. */
  normalize(request: CommandRequest): CommandRequest {
    if (request.channel === undefined) return request;
    const channel = this.resolveChannel(request.channel);
    return channel === undefined || channel === request.channel ? request : { ...request, channel };
  }

  protected countDefect(thrown: unknown): void {
    this.#defectCount += 1;
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.context.log.error('defect', { manager: this.name, count: this.#defectCount, stack });
  }

  protected publish(body: OutputBody): void {
    this.context.stream.publish(body);
  }

  protected announce(event: string, details: JsonObject = {}): void {
    this.publish({ type: 'event', event, details });
  }
}
