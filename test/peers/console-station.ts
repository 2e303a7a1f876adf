import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');

const config = (port: number): string => `
station: { name: test-lab }
managers:
  hv:
    kind: hv
    blocks:
      - { id: 1, limits: { minimum: 0, maximum: 26000 } }
      - { id: 2, limits: { minimum: 0, maximum: 900 } }
    measuringPeriodMs: 100
    settlingMs: 100
    rampVPerS: 100000
connectors:
  web: { kind: http, port: ${port} }
`;

/** A real station in a process of its own, with a fast virtual rack; it can be stopped and started again on its port. */
export class ConsoleStation {
  readonly #directory = mkdtempSync(join(tmpdir(), 'busbar-console-'));
  #process: ChildProcess | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/busbar/`;
  }

  /** Resolves with its `ready` line. */
  async start(): Promise<void> {
    const path = join(this.#directory, 'lab.yaml');
    writeFileSync(path, config(this.#port));
    const child = spawn(process.execPath, ['--import', 'tsx/esm', join(ROOT, 'cli/busbar.ts'), 'serve', path], {
      cwd: ROOT,
      env: { ...process.env, BUSBAR_STATE: join(this.#directory, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /^ready (\S+)/.exec(line) ?? [];
      if (url === undefined) continue;
      this.#port = Number(new URL(url).port);
      child.stdout.resume();
      return;
    }
    throw new Error(`the station did not start:\n${words}`);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null) return;
    const isOver = once(child, 'exit');
    child.kill('SIGTERM');
    await isOver;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
