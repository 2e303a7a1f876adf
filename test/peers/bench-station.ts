import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/cli/busbar.js');
const COMMAND_LIMIT_MS = 20_000;

export type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return String(typeof address === 'object' ? address?.port : address);
};

/** `busbar serve examples/bench.yaml` in a process of its own, on free ports, and its command line. */
export class BenchStation {
  readonly #directory = mkdtempSync(join(tmpdir(), 'busbar-bench-'));
  #process: ChildProcess | undefined;
  #url = '';
  #words = '';

  get url(): string {
    return this.#url;
  }

  /** The lines of its log that are worse than news. */
  get complaints(): readonly string[] {
    return this.#words.split('\n').filter((line) => /\b(warn|error)\b/.test(line));
  }

  async start(): Promise<void> {
    const env: Record<string, string> = { BENCH_WEB_PORT: '0', BUSBAR_STATE: join(this.#directory, 'state') };
    for (const road of ['HISLIP', 'SOCKET', 'VXI11', 'PROLOGIX']) env[`BENCH_${road}_PORT`] = await freePort();
    const child = spawn(process.execPath, [PROGRAM, 'serve', join(ROOT, 'examples/bench.yaml')], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    child.stderr.on('data', (chunk: Buffer) => (this.#words += chunk.toString()));
    for await (const line of createInterface({ input: child.stdout })) {
      this.#url = /^ready (\S+)/.exec(line)?.[1] ?? '';
      child.stdout.resume();
      return;
    }
    throw new Error(`the station did not start:\n${this.#words}`);
  }

  /** Runs `busbar ...` against it. */
  busbar(...args: readonly string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { env: { ...process.env, BUSBAR_URL: this.#url }, timeout: COMMAND_LIMIT_MS };
      const child = execFile(process.execPath, [PROGRAM, ...args], options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }

  async remove(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode === null) {
      const isOver = once(child, 'exit');
      child.kill('SIGTERM');
      await isOver;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
