import type { Observable } from 'rxjs';
import { isAborted } from '../../core/call.js';
import type { Clock } from '../../core/clock.js';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { LinkReport, RegisterLink } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { endingAt } from './ending-at.js';
import type { RegisterRoad } from './road.js';
import type { LinkParts } from './shared-links.js';
import { timeOutText } from './time-out-text.js';

export type RegisterCoreOptions = LinkParts<RegisterRoad> & { readonly clock: Clock };

/** The conversation with the registers of one station, shared by all who have opened it: one request on a bus at a time, and
 *  none before what was given up can no longer be answered. */
export class RegisterCore {
  readonly #options: RegisterCoreOptions;
  #timeOutsInARow = 0;

  constructor(options: RegisterCoreOptions) {
    this.#options = options;
  }

  get lost(): Observable<Problem> {
    return this.#options.keeper.lost;
  }

  get report(): LinkReport {
    const { keeper, seat, statistics } = this.#options;
    return statistics.report(keeper.isGone ? undefined : seat.line);
  }

  close(): Promise<void> {
    return this.#options.keeper.close();
  }

  /** One opener's view, with a time limit of its own. */
  handle(limitMs: number, onClose: () => Promise<void>): RegisterLink {
    const { resource } = this.#options;
    let closing: Promise<void> | undefined;
    const run = <T>(what: string, call: Call, ask: (road: RegisterRoad, call: Call) => Promise<T>): Promise<T> => {
      if (closing !== undefined) return Promise.reject(new HardwareError('DISCONNECTED', `${resource} was closed`));
      return this.#run(what, { call, limitMs }, ask);
    };
    return {
      resource,
      lost: this.lost,
      readRegisters: (kind, address, count, call) =>
        run(`read ${count} ${kind} registers at ${address}`, call, (road, limited) =>
          road.readRegisters(kind, address, count, limited),
        ),
      writeRegisters: (address, values, call) =>
        run(`write ${values.length} registers at ${address}`, call, (road, limited) =>
          road.writeRegisters(address, values, limited),
        ),
      readBits: (kind, address, count, call) =>
        run(`read ${count} ${kind} bits at ${address}`, call, (road, limited) =>
          road.readBits(kind, address, count, limited),
        ),
      writeBits: (address, values, call) =>
        run(`write ${values.length} bits at ${address}`, call, (road, limited) =>
          road.writeBits(address, values, limited),
        ),
      close: () => (closing ??= onClose()),
    };
  }

  #run<T>(
    what: string,
    { call, limitMs }: { readonly call: Call; readonly limitMs: number },
    ask: (road: RegisterRoad, call: Call) => Promise<T>,
  ): Promise<T> {
    const { seat, keeper, clock, statistics } = this.#options;
    return seat.line.run(
      async () => {
        const road = await keeper.clean(call);
        const startedAt = clock.monotonic();
        statistics.count('requests');
        try {
          const limited = endingAt(call, Math.min(call.deadline, startedAt + limitMs));
          const answer = await keeper.during(ask(road, limited));
          this.#timeOutsInARow = 0;
          statistics.answered(clock.monotonic() - startedAt);
          return answer;
        } catch (thrown) {
          throw this.#judge(thrown, what, { call, elapsedMs: clock.monotonic() - startedAt });
        }
      },
      call,
      this,
    );
  }

  /** An exception code of the station is an answer; after anything else one may still come. */
  #judge(
    thrown: unknown,
    question: string,
    { call, elapsedMs }: { readonly call: Call; readonly elapsedMs: number },
  ): unknown {
    const { keeper, statistics, resource, seat } = this.#options;
    if (!isAborted(call) && thrown instanceof HardwareError && thrown.code === 'DEVICE_FAULT') return thrown;
    keeper.taint();
    if (isAborted(call) || !(thrown instanceof HardwareError) || thrown.code !== 'TIMEOUT') return thrown;
    this.#timeOutsInARow += 1;
    statistics.count('timeouts');
    const attempt = this.#timeOutsInARow;
    const text = timeOutText({ resource, question, elapsedMs, attempt, neighbours: seat.neighbours() });
    statistics.failed(text);
    return new HardwareError('TIMEOUT', text, { cause: thrown });
  }
}
