import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Bus } from '../../core/bus.js';
import { HardwareError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import { noLinks } from '../../core/link.js';
import { silentLog } from '../../core/log.js';
import type { HardwareManager } from '../../core/manager.js';
import { seededRandom } from '../../core/random.js';
import { createCompiler } from '../../schemas/compiler.js';
import { benchKind } from '../../simulators/bench/bench.kind.js';
import { driverFiles } from '../../station/driver-files.js';
import { systemClock } from '../../station/system-clock.js';

/** A manager of the kind `simulated-bench` on real ports, with a bus to turn its knobs by. */
export class BenchOnPorts {
  readonly #bus = new Bus({ clock: systemClock });
  readonly #manager: HardwareManager;
  #count = 0;

  constructor(options: JsonObject) {
    this.#manager = benchKind.create(options, {
      stream: this.#bus.streamOf('bench'),
      clock: systemClock,
      random: seededRandom(1),
      log: silentLog,
      compile: createCompiler(),
      links: noLinks,
      drivers: driverFiles,
    });
    this.#bus.attach(this.#manager);
  }

  /** Resolves with the resource strings. */
  async start(): Promise<readonly string[]> {
    await this.#manager.start();
    for (;;) {
      const { value } = this.#bus.snapshot().find(({ topic }) => topic === 'bench/resources') ?? {};
      if (Array.isArray(value) && value.length > 0) return value.map(String);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** What the command is answered by. Rejects with what it is refused by. */
  turn(command: string, channel: string, args: JsonObject = {}): Promise<Json> {
    const id = `turn ${(this.#count += 1)}`;
    return new Promise((resolve, reject) => {
      const subscription = this.#bus.outputs.subscribe((output) => {
        if ((output.type !== 'reply' && output.type !== 'failure') || output.command.id !== id) return;
        queueMicrotask(() => {
          subscription.unsubscribe();
        });
        if (output.type === 'reply') resolve(output.value);
        else reject(new HardwareError(output.problem.code, output.problem.message));
      });
      const origin = { connector: 'test', peer: '1' };
      this.#bus.submit({ manager: 'bench', channel, command, arguments: args, origin, id });
    });
  }

  newest(topic: string): Json | undefined {
    return this.#bus.snapshot().find((reading) => reading.topic === `bench/${topic}`)?.value;
  }

  async stop(): Promise<void> {
    await this.#manager.stop();
    this.#bus.complete();
  }
}

/** A client of a raw socket that shows every byte it gets. */
export class RawClient {
  readonly #socket: Socket;
  #text = '';
  /** How the connection ended: the code of an error, or `end`. */
  ended: string | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => (this.#text += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.ended ??= error.code ?? 'error'));
    socket.on('close', () => (this.ended ??= 'end'));
  }

  static async to(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  tell(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  /** What has come within so long, or up to the first line end. */
  async hear(ms = 1_000): Promise<string> {
    const endMs = Date.now() + ms;
    while (Date.now() < endMs && !this.#text.includes('\n') && this.ended === undefined)
      await new Promise((resolve) => setTimeout(resolve, 2));
    const text = this.#text;
    this.#text = '';
    return text.replace(/\n$/, '');
  }

  ask(line: string, ms?: number): Promise<string> {
    this.tell(line);
    return this.hear(ms);
  }

  close(): void {
    this.#socket.destroy();
  }
}
