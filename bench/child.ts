import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Servers get the last core, this process the first, where there are two and `taskset` is at hand. */
const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0;
const serverCore = String(cpus().length - 1);
if (canPin) spawnSync('taskset', ['-cp', '0', String(process.pid)]);

export type Child = {
  /** Words of the ready line, without `ready`. */
  readonly ready: readonly string[];
  readonly readyMs: number;
  readonly pid: number;
  /** Resident memory, bytes. */
  readonly rss: () => number;
  /** User and system time used so far, seconds. */
  readonly cpuS: () => number;
  /** Resident memory after a collection, bytes; for a station only. */
  readonly heldRss: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

const CLOCK_TICKS_PER_S = 100;
const COLLECTION_MS = 1_500;

const start = async (args: readonly string[], env: NodeJS.ProcessEnv = {}, core = serverCore): Promise<Child> => {
  const state = mkdtempSync(join(tmpdir(), 'busbar-bench-'));
  const [command, ...rest] = canPin ? ['taskset', '-c', core, process.execPath, ...args] : [process.execPath, ...args];
  const startedAt = performance.now();
  const child = spawn(command, rest, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BUSBAR_STATE: state, ...env },
  });
  const ready = await readyLine(child);
  const readyMs = performance.now() - startedAt;
  const pid = child.pid ?? 0;
  const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  return {
    ready,
    readyMs,
    pid,
    rss,
    heldRss: async () => {
      process.kill(pid, 'SIGUSR2');
      await new Promise((resolve) => {
        setTimeout(resolve, COLLECTION_MS);
      });
      return rss();
    },
    cpuS: () => (Number(stat()[11]) + Number(stat()[12])) / CLOCK_TICKS_PER_S,
    stop: async () => {
      const ended = new Promise<void>((resolve) =>
        child.once('exit', () => {
          resolve();
        }),
      );
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(state, { recursive: true, force: true });
    },
  };
};

const readyLine = (child: ChildProcess): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('no stdout');
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (line.startsWith('ready')) resolve(line.split(' ').slice(1));
    });
    child.once('exit', (code) => {
      reject(new Error(`server ended with ${code} before it was ready`));
    });
  });

/** The built station on a config of `bench/configs`. */
export const startStation = (config: string, env: NodeJS.ProcessEnv = {}): Promise<Child> =>
  start(
    [
      '--expose-gc',
      '--import',
      './bench/servers/collect-on-signal.mjs',
      'dist/cli/busbar.js',
      'serve',
      config.includes('/') ? config : `bench/configs/${config}`,
    ],
    env,
  );

/** A baseline of `bench/servers`: prints `ready <port>`. */
export const startBaseline = (script: string, ...args: readonly string[]): Promise<Child> =>
  start(['--import', 'tsx/esm', `bench/servers/${script}`, ...args]);

/** A server of `bench/servers` that plays instruments to a station: on this process's core, for the station has the other. */
export const startInstruments = (script: string, ...args: readonly string[]): Promise<Child> =>
  start(['--import', 'tsx/esm', `bench/servers/${script}`, ...args], {}, '0');

/** Runs node with a script text: what bare Node.js takes. */
export const startBareNode = (): Promise<Child> => start(['-e', 'console.log("ready"); setInterval(() => {}, 1000)']);

/** Port of the listener `name` in a ready line, or the only word of a baseline's. */
export const portOf = ({ ready }: Child, name?: string): number => {
  const word = name === undefined ? ready[0] : ready.find((entry) => entry.startsWith(`${name}=`));
  const port = /:(\d+)/.exec(word ?? '')?.[1] ?? word;
  if (port === undefined) throw new Error(`no listener ${name ?? ''} in: ${ready.join(' ')}`);
  return Number(port);
};
