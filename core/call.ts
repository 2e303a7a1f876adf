import type { Call, CommandCall, Priority } from './parameter.js';

/** A call that can be aborted. Its signal is made when a driver first asks for it: an `AbortSignal` costs more than most
 *  commands, and most are over before anybody wants one. */
export class AbortableCall implements Call {
  readonly deadline: number;
  readonly priority: Priority;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  constructor(deadline: number, priority: Priority = 'command') {
    this.deadline = deadline;
    this.priority = priority;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  /** The first reason counts. */
  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** True when the call is to be given up; does not make a signal to find out. */
export const isAborted = (call: Call): boolean => call.isAborted ?? call.signal.aborted;

/** The call of a command: the same, and what it may read back. */
export class RefreshingCall implements CommandCall {
  readonly refresh: CommandCall['refresh'];
  readonly #call: Call;

  constructor(call: Call, refresh: CommandCall['refresh']) {
    this.#call = call;
    this.refresh = refresh;
  }

  get deadline(): number {
    return this.#call.deadline;
  }

  get priority(): Priority {
    return this.#call.priority ?? 'command';
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get isAborted(): boolean {
    return isAborted(this.#call);
  }
}
