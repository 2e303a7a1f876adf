import type { Clock } from '../../../core/clock.js';
import { abortCall, VXI11_ABORT } from '../../../core/wire/vxi11.js';
import { vxi11Errors } from '../../../core/wire/vxi11-words.js';
import { RpcClient } from './rpc-client.js';
import type { OpenTcpStream } from '../tcp-stream.js';

export type Vxi11AbortOptions = {
  readonly host: string;
  readonly port: number;
  readonly lid: number;
  readonly openTcp: OpenTcpStream;
  readonly clock: Clock;
};

/** An instrument that takes no abort by then is not going to. */
const ABORT_LIMIT_MS = 1_000;
const MAX_RECORD_BYTES = 1024;

/** The second connection of a link, on which a call that hangs is ended. Made when it is first needed: instruments take few. */
export class Vxi11Abort {
  readonly #options: Vxi11AbortOptions;
  readonly #closing = new AbortController();
  #client: RpcClient | undefined;
  #running: Promise<boolean> | undefined;

  constructor(options: Vxi11AbortOptions) {
    this.#options = options;
  }

  /** Ends what the instrument does for the link: it then answers 23. False: it could not be told, or it refused. */
  abort(): Promise<boolean> {
    this.#running ??= this.#abort()
      .catch(() => false)
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.close();
  }

  async #abort(): Promise<boolean> {
    const { lid } = this.#options;
    const client = await this.#connected();
    const { error } = await client.call(abortCall, { lid }, ABORT_LIMIT_MS);
    return error === vxi11Errors.none.number;
  }

  async #connected(): Promise<RpcClient> {
    const { host, port, openTcp, clock } = this.#options;
    if (this.#client?.isOpen === true) return this.#client;
    const call = { signal: this.#closing.signal, deadline: clock.monotonic() + ABORT_LIMIT_MS };
    const stream = await openTcp(host, port, clock, call);
    this.#client = new RpcClient({
      stream,
      name: `${host}:${port}`,
      program: VXI11_ABORT,
      clock,
      maxRecordBytes: MAX_RECORD_BYTES,
    });
    return this.#client;
  }
}
