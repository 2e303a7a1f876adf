import { Subject, type Observable } from 'rxjs';
import { isAborted } from '../../../core/call.js';
import { abortReason, sleep, type Clock } from '../../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import type { ModbusClient, ModbusRequests } from './modbus-client.js';
import { messageOf, modbusProblem } from './modbus-problems.js';

export type ModbusBusOptions = {
  /** What messages call it: `the Modbus line /dev/ttyUSB0`. */
  readonly name: string;
  readonly clock: Clock;
  readonly open: (call: Call) => Promise<ModbusClient>;
  /** Requests on it carry a number that comes back, as TCP's do. */
  readonly hasNumbers: boolean;
};

/** Numbers on Modbus TCP come again after 256 requests: before that, an answer of old must not be possible any more. */
const REQUESTS_PER_NUMBERING = 200;

/** A connection to Modbus stations, shared by all units on it; one request at a time. */
export class ModbusBus {
  readonly #options: ModbusBusOptions;
  readonly #lost = new Subject<Problem>();
  #client: ModbusClient;
  #isOpen = true;
  /** Requests since one was given up; undefined: none was. */
  #sinceGivenUp: number | undefined;

  private constructor(client: ModbusClient, options: ModbusBusOptions) {
    this.#options = options;
    this.#client = this.#following(client);
  }

  static async connect(options: ModbusBusOptions, call: Call): Promise<ModbusBus> {
    return new ModbusBus(await options.open(call), options);
  }

  /** Hot; once, unless it was closed by `close`. */
  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Errors: DISCONNECTED, TIMEOUT, DEVICE_FAULT for an exception of the unit, BAD_MESSAGE for an answer that was garbled. */
  async request<T>(unit: number, call: Call, ask: (requests: ModbusRequests) => Promise<T>): Promise<T> {
    const { name, clock } = this.#options;
    this.#refuseClosed();
    if (this.#sinceGivenUp !== undefined && (this.#sinceGivenUp += 1) >= REQUESTS_PER_NUMBERING) await this.renew(call);
    if (isAborted(call)) throw abortReason(call.signal);
    const { requests } = this.#client;
    requests.setID(unit);
    requests.setTimeout(Math.max(1, Math.ceil(call.deadline - clock.monotonic())));
    try {
      return await this.#within(ask(requests), call);
    } catch (thrown) {
      if (call.signal.aborted) this.#sinceGivenUp = 0;
      if (call.signal.aborted) throw abortReason(call.signal);
      const error = modbusProblem(thrown, `unit ${unit} on ${name}`);
      if (error.code !== 'DEVICE_FAULT') this.#sinceGivenUp = 0;
      throw error;
    }
  }

  /** Afterwards no answer to an earlier request can come. A line without numbers is listened to for `quietMs`, then opened
   *  anew, which drops what has come. */
  async clear(quietMs: number, call: Call): Promise<void> {
    this.#refuseClosed();
    if (this.#options.hasNumbers || this.#sinceGivenUp === undefined) return;
    await sleep(this.#options.clock, Math.min(quietMs, call.deadline - this.#options.clock.monotonic()), call.signal);
    await this.renew(call);
  }

  /** Connects anew, unnoticed by those who use it. */
  async renew(call: Call): Promise<void> {
    const before = this.#client;
    this.#client = gone;
    await before.close();
    try {
      this.#client = this.#following(await this.#options.open(call));
      this.#sinceGivenUp = undefined;
      if (!this.#isOpen) await this.#client.close();
    } catch (thrown) {
      this.#lose(thrown instanceof Error ? thrown.message : String(thrown));
      throw thrown;
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#lost.complete();
    await this.#client.close();
  }

  #following(client: ModbusClient): ModbusClient {
    client.onLost((reason) => {
      if (this.#client === client) this.#lose(reason);
    });
    return client;
  }

  #lose(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lost.next(problem('DISCONNECTED', `${this.#options.name} is gone: ${reason}`));
    this.#lost.complete();
  }

  #refuseClosed(): void {
    if (!this.#isOpen) throw new HardwareError('DISCONNECTED', `${this.#options.name} was closed`);
  }

  /** The client does not know of signals, nor that it is lost. */
  #within<T>(work: Promise<T>, { signal, deadline }: Call): Promise<T> {
    const { clock, name } = this.#options;
    return new Promise((resolve, reject) => {
      const settle = (settleIt: () => void): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        losing.unsubscribe();
        settleIt();
      };
      const fail = (reason: Error): void => {
        settle(() => {
          reject(reason);
        });
      };
      const onAbort = (): void => {
        fail(abortReason(signal));
      };
      const cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => {
        fail(new HardwareError('TIMEOUT', `${name} did not answer in time`));
      });
      signal.addEventListener('abort', onAbort, { once: true });
      const losing = this.#lost.subscribe(({ code, message }) => {
        fail(new HardwareError(code, message));
      });
      work.then(
        (value) => {
          settle(() => {
            resolve(value);
          });
        },
        (thrown: unknown) => {
          fail(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
        },
      );
      if (signal.aborted) onAbort();
    });
  }
}

const refuse = (): Promise<never> => Promise.reject(new HardwareError('DISCONNECTED', 'it is being opened anew'));

/** Stands where a client is being replaced. */
const gone: ModbusClient = {
  requests: {
    setID: () => undefined,
    setTimeout: () => undefined,
    readCoils: refuse,
    readDiscreteInputs: refuse,
    readHoldingRegisters: refuse,
    readInputRegisters: refuse,
    writeCoil: refuse,
    writeCoils: refuse,
    writeRegister: refuse,
    writeRegisters: refuse,
  },
  onLost: () => undefined,
  close: () => Promise.resolve(),
};
