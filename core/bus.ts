import type { Observable, Subscription } from 'rxjs';
import type { Clock } from './clock.js';
import type { Description } from './description.js';
import { Deduplicator } from './deduplicator.js';
import { HardwareError, problem, type Problem } from './errors.js';
import { inGateOrder, standardGuards, type Guard } from './guards.js';
import type { HardwareManager } from './manager.js';
import type { Alarm, Command, CommandRequest, Failure, Output, Reading, Reply } from './message.js';
import { OutputStream } from './output-stream.js';
import { Relay } from './relay.js';

export type BusOptions = {
  readonly clock: Clock;
  /** Guards beside the standard ones: access, lock, interlock. */
  readonly guards?: readonly Guard[];
};

/** The name under which the station itself speaks, also for commands to managers that do not exist. */
export const STATION = 'station';

type Asker = { readonly resolve: (answer: Reply | Failure) => void; readonly reject: (reason: Error) => void };

const stationIsStopping = problem('STOPPING', 'the station is stopping; send it again when it is back');

const isAskedOfAll = (): boolean => true;
/** Who asks, and for what, is judged each time; whether it may begin now is no question of what has begun already. */
const isAskedOfRepeats = ({ name }: Guard): boolean => name === 'address' || name === 'schema' || name === 'access';

/** One gate for commands, one hot stream of everything that is said, the newest readings. */
export class Bus {
  readonly #clock: Clock;
  readonly #guards: readonly Guard[];
  readonly #managers = new Map<string, HardwareManager>();
  readonly #streams = new Map<string, { readonly stream: OutputStream; readonly subscription: Subscription }>();
  readonly #outputs = new Relay<Output>();
  readonly #accepted = new Relay<Command>();
  readonly #deduplicator: Deduplicator;
  /** Who waits for the answer to a command, by its reference. */
  readonly #askers = new Map<number, Asker>();
  #lastReference = 0;
  #isClosed = false;
  /** Nothing is told any more: no answer either. */
  #isOver = false;

  constructor({ clock, guards = [] }: BusOptions) {
    this.#clock = clock;
    this.#guards = inGateOrder([...standardGuards(() => clock.now()), ...guards]);
    this.#deduplicator = new Deduplicator({ clock });
    this.streamOf(STATION);
  }

  /** Hot; everything that any manager says, in order; replays nothing. */
  get outputs(): Observable<Output> {
    return this.#outputs.values;
  }

  /** Hot; every command as it enters the gate, whatever becomes of it: for the audit and the message log. */
  get commands(): Observable<Command> {
    return this.#accepted.values;
  }

  get managers(): readonly HardwareManager[] {
    return [...this.#managers.values()];
  }

  manager(name: string): HardwareManager | undefined {
    return this.#managers.get(name);
  }

  /** The stable output of a manager name: the same before, between and after its restarts. */
  streamOf(name: string): OutputStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known.stream;
    const stream = new OutputStream(name, this.#clock);
    const subscription = stream.outputs.subscribe((output) => {
      this.#forward(output);
    });
    this.#streams.set(name, { stream, subscription });
    return stream;
  }

  /** Puts a manager on the bus, or a new one in the place of an old one of that name. */
  attach(manager: HardwareManager): void {
    manager.askAgain = (command) => this.#refusal(command, manager, (guard) => guard.isAskedAgain === true);
    manager.onNeverRan = (command) => {
      this.#deduplicator.neverRan(command);
    };
    this.#managers.set(manager.name, manager);
  }

  /** Takes a manager off; its stream stays, for a successor, unless the name is gone for good. */
  detach(name: string, options: { readonly isGone?: boolean } = {}): void {
    this.#managers.delete(name);
    const known = this.#streams.get(name);
    if (options.isGone !== true || known === undefined) return;
    known.stream.complete();
    known.subscription.unsubscribe();
    this.#streams.delete(name);
  }

  describe(): readonly Description[] {
    return this.managers.map((manager) => manager.describe());
  }

  /** The newest reading of every parameter of every manager. */
  snapshot(): readonly Reading[] {
    return [...this.#streams.values()].flatMap(({ stream }) => stream.snapshot());
  }

  /** The alarms that hold now, of every manager. */
  alarms(): readonly Alarm[] {
    return [...this.#streams.values()].flatMap(({ stream }) => stream.alarms());
  }

  /** Takes a command through the gate. The answer comes on `outputs`: exactly one reply or failure that names the command. */
  submit(request: CommandRequest): void {
    this.#enter(request, ++this.#lastReference);
  }

  /** The same for who wants the answer to this very command: resolves with it, reply or failure, when all have been told.
   *  Takes as long as the command does. Rejects with STOPPING when the bus ends before it is answered, or has ended. */
  ask(request: CommandRequest): Promise<Reply | Failure> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(new HardwareError('STOPPING', stationIsStopping.message));
        return;
      }
      const reference = ++this.#lastReference;
      this.#askers.set(reference, { resolve, reject });
      this.#enter(request, reference);
    });
  }

  /** No new commands from here on. */
  close(): void {
    this.#isClosed = true;
  }

  /** The station is stopping: new commands are refused. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends the streams: every subscriber sees `complete`. */
  complete(): void {
    this.#isOver = true;
    for (const { stream } of this.#streams.values()) stream.complete();
    this.#outputs.complete();
    this.#accepted.complete();
    const reason = new HardwareError('STOPPING', stationIsStopping.message);
    for (const { reject } of this.#askers.values()) reject(reason);
    this.#askers.clear();
  }

  #enter(request: CommandRequest, reference: number): void {
    const manager = this.#managers.get(request.manager);
    const normal = manager === undefined ? request : manager.normalize(request);
    // The spread comes last, see `OutputStream.publish`.
    const command: Command = { type: 'command', reference, ...normal };
    this.#accepted.next(command);
    if (manager === undefined) {
      this.streamOf(STATION).publish({ type: 'failure', command, problem: this.#unknownManager(command) });
      return;
    }
    try {
      const isRepeat = command.id !== undefined && this.#deduplicator.knows(command);
      const reason = isRepeat
        ? this.#refusal(command, manager, isAskedOfRepeats)
        : this.#refusalOfNew(command, manager);
      if (reason !== undefined) manager.refuse(command, reason);
      else if (command.id === undefined || this.#isToRun(command, manager)) manager.input.push(command);
    } catch (thrown) {
      // Only a guard can have thrown: neither `push` nor `refuse` does.
      manager.refuseWith(command, thrown);
    }
  }

  #forward(output: Output): void {
    this.#outputs.next(output);
    // Afterwards: the answers to those who joined come later in the stream.
    if (output.type !== 'reply' && output.type !== 'failure') return;
    this.#deduplicator.settle(output);
    this.#answer(output);
  }

  #answer(answer: Reply | Failure): void {
    const { reference } = answer.command;
    this.#askers.get(reference)?.resolve(answer);
    this.#askers.delete(reference);
  }

  #refusal(command: Command, manager: HardwareManager, applies: (guard: Guard) => boolean): Problem | undefined {
    const isUrgent = manager.isUrgent(command);
    for (const guard of this.#guards) {
      if (!applies(guard) || (isUrgent && guard.isSkippedByUrgent === true)) continue;
      const reason = guard.refuse(command, manager);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #refusalOfNew(command: Command, manager: HardwareManager): Problem | undefined {
    return this.#isClosed ? stationIsStopping : this.#refusal(command, manager, isAskedOfAll);
  }

  /** False for a repeat; what only reads is simply done again. */
  #isToRun(command: Command, manager: HardwareManager): boolean {
    if (manager.isRead(command)) return true;
    const stream = this.streamOf(command.manager);
    return this.#deduplicator.claim(command, (body) => stream.publish(body)) === 'new';
  }

  #unknownManager(command: Command): Problem {
    const names = [...this.#managers.keys()].join(', ');
    return problem(
      'UNKNOWN_MANAGER',
      `there is no manager "${command.manager.slice(0, 64)}" on this station; there are: ${names}`,
    );
  }
}
