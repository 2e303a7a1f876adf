import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HardwareError } from '../../core/errors.js';
import { isJsonObject, type Json } from '../../core/json-value.js';

/** Who holds a state directory. A process id alone is given out again; with its start it is one process for ever. */
type Owner = { readonly pid: number; readonly start: string; readonly host: string };

export type StateLock = { readonly release: () => void };

const LOCK = 'lock';

/** Takes a state directory for this process, so that two stations never write to it; takes over from one that is dead.
 *  Errors: LOCKED, with the process that has it. */
export const lockState = (directory: string): StateLock => {
  const path = join(directory, LOCK);
  const mine = join(directory, `${LOCK}.${process.pid}`);
  const text = JSON.stringify(thisProcess());
  writeFileSync(mine, text, { mode: 0o600 });
  try {
    // A link appears with its whole text or not at all, and for one process only.
    while (!linked(mine, path)) moveAway(path, directory);
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release: () => {
      if (textOf(path) === text) rmSync(path, { force: true });
    },
  };
};

const linked = (mine: string, path: string): boolean => {
  try {
    linkSync(mine, path);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
};

/** Removes the lock of a dead process; throws when its owner lives. */
const moveAway = (path: string, directory: string): void => {
  const text = textOf(path);
  if (text === undefined) return;
  const owner = parseOwner(text);
  if (owner !== undefined && isAlive(owner)) {
    const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
    const advice = `stop it, or give this one another directory (BUSBAR_STATE); if it is surely gone, remove ${path}`;
    throw new HardwareError(
      'LOCKED',
      `the state directory ${directory} is in use by process ${owner.pid}${where}: ${advice}`,
    );
  }
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return; // another station was quicker to remove it
    throw thrown;
  }
  // Another station may have taken over since it was read: what was moved is then alive, and goes back.
  if (textOf(aside) !== text) linked(aside, path);
  rmSync(aside, { force: true });
};

const thisProcess = (): Owner => ({ pid: process.pid, start: startOf(process.pid) ?? '', host: hostname() });

/** On another computer nobody can tell, so it counts as alive. */
const isAlive = ({ pid, start, host }: Owner): boolean => {
  if (host !== hostname()) return true;
  const startNow = startOf(pid);
  if (startNow !== undefined && start !== '') return startNow === start;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
};

/** Boot and clock tick at which a process began (Linux: field 22 of proc_pid_stat(5)); undefined: no such process, or no
 *  such place to look. */
const startOf = (pid: number): string | undefined => {
  const boot = textOf('/proc/sys/kernel/random/boot_id')?.trim();
  const status = textOf(`/proc/${pid}/stat`);
  if (boot === undefined || status === undefined) return undefined;
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' '); // the name before it may hold blanks
  return `${boot} ${fields[19] ?? ''}`;
};

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // absent, or a system without /proc
  }
};

/** Undefined: half a lock of a system that crashed; nobody holds it. */
const parseOwner = (text: string): Owner | undefined => {
  try {
    const value = JSON.parse(text) as Json;
    if (!isJsonObject(value)) return undefined;
    const { pid, start, host } = value;
    return typeof pid === 'number' && typeof start === 'string' && typeof host === 'string'
      ? { pid, start, host }
      : undefined;
  } catch {
    return undefined;
  }
};

const codeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
