import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/cli/busbar.js');

export type ServedOptions = { readonly nodeOptions?: readonly string[]; readonly env?: NodeJS.ProcessEnv };

/** One process of `busbar serve`, seen from outside; `state`: the directory that it runs in. */
export class ServedStation {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<number | string>;

  constructor(serve: string | readonly string[], state: string, { nodeOptions = [], env = {} }: ServedOptions = {}) {
    this.process = spawn(process.execPath, [...nodeOptions, PROGRAM, 'serve', ...[serve].flat()], {
      cwd: state,
      env: { ...process.env, BUSBAR_STATE: join(state, 'state'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (bytes: Buffer) => (this.stdout += bytes.toString()));
    this.process.stderr?.on('data', (bytes: Buffer) => (this.stderr += bytes.toString()));
    this.#ended = new Promise((resolve) => {
      this.process.once('close', (code, signal) => {
        resolve(code ?? signal ?? 'nothing');
      });
    });
  }

  /** The addresses of the ready line, by name; the bare one is `console`. */
  async ready(): Promise<Readonly<Record<string, string>>> {
    await this.until(() => this.stdout.includes('\n'));
    const [first = '', ...words] = this.stdout.trimEnd().split(' ');
    if (first !== 'ready') throw new Error(`no ready line: ${this.stderr}`);
    const named = words.map((word): readonly [string, string] => {
      const at = word.indexOf('=');
      return at < 0 ? ['console', word] : [word.slice(0, at), word.slice(at + 1)];
    });
    return Object.fromEntries(named);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.process.exitCode !== null) throw new Error(`the station has ended: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Exit code, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | string> {
    if (signal !== undefined) this.process.kill(signal);
    return this.#ended;
  }
}
