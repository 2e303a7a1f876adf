import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isJsonObject, type Json } from '../../core/json-value.js';

/** Who holds a lock. A process id alone is given out again; with its start it is one process for ever. */
export type Owner = { readonly pid: number; readonly start: string; readonly host: string };

export const thisProcess = (): Owner => ({
  pid: process.pid,
  start: statusOf(process.pid)?.start ?? '',
  host: hostname(),
});

/** On another computer nobody can tell, so it counts as alive. */
export const isAlive = ({ pid, start, host }: Owner): boolean => {
  if (host !== hostname()) return true;
  const found = statusOf(pid);
  // Killed, and its parent has not asked how it ended: it holds nothing any more, and may stay so for ever.
  if (found?.isEnded === true) return false;
  if (found !== undefined && start !== '') return found.start === start;
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

type Status = { readonly start: string; readonly isEnded: boolean };

/** Boot and clock tick at which a process began, and whether it is a zombie (Linux: fields 22 and 3 of proc_pid_stat(5));
 *  undefined: no such process, or no such place to look. */
const statusOf = (pid: number): Status | undefined => {
  const boot = textOf('/proc/sys/kernel/random/boot_id')?.trim();
  const status = textOf(`/proc/${pid}/stat`);
  if (boot === undefined || status === undefined) return undefined;
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' '); // the name before it may hold blanks
  const [state = ''] = fields;
  return { start: `${boot} ${fields[19] ?? ''}`, isEnded: 'ZX'.includes(state) };
};

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // absent, or a system without /proc
  }
};
