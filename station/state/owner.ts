import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isJsonObject, type Json } from '../../core/json-value.js';

/** Who holds a lock. A process id alone is given out again; with its start it is one process for ever. */
export type Owner = { readonly pid: number; readonly start: string; readonly host: string };

export const thisProcess = (): Owner => ({ pid: process.pid, start: startOf(process.pid) ?? '', host: hostname() });

/** On another computer nobody can tell, so it counts as alive. */
export const isAlive = ({ pid, start, host }: Owner): boolean => {
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

/** `process 17`, or `process 17 on another computer`. */
export const nameOf = ({ pid, host }: Owner): string => `process ${pid}${host === hostname() ? '' : ` on ${host}`}`;

/** Undefined: half a lock of a system that crashed; nobody holds it. */
export const parseOwner = (text: string): Owner | undefined => {
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

/** What the operating system calls it: `ENOENT`. */
export const codeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;

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
