import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
/** Debian's own: it has the packages of scripts/debian-packages.txt. */
const PYTHON = '/usr/bin/python3';

/** A Python program that speaks to a station; its lines are kept. `kill()` in `afterEach`. */
export class PythonChild {
  readonly lines: string[] = [];
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  errors = '';
  readonly #process: ChildProcess;
  #onLine: () => void = () => undefined;

  /** `script` is a path in the repository. */
  constructor(script: string, args: readonly string[]) {
    const child = spawn(PYTHON, [join(ROOT, script), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#onLine();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  send(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Resolves when the lines are as wanted; a test that waits in vain shows them. */
  async until(what: string, isThere: (lines: readonly string[]) => boolean, withinMs = 10_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!isThere(this.lines)) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0)
        throw new Error(
          `no ${what}; ${this.lines.length} lines, the last: ${this.lines.slice(-3).join('\n')} ${this.errors}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 100));
        this.#onLine = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }
}
