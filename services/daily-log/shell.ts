import { spawn } from 'node:child_process';
import type { RunCommand } from './sync.js';

/** Runs a command in the shell, in a process group of its own that outlives the station. Never throws. */
export const runInShell: RunCommand = (command) => {
  const child = spawn(command, { shell: true, detached: true, stdio: 'ignore' });
  child.unref();
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (status, signal) => {
      resolve(
        status === 0 ? undefined : status === null ? `ended by ${signal ?? 'a signal'}` : `exit status ${status}`,
      );
    });
  });
  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      child.kill(signal); // no process groups here, or it is over: then this does nothing
    }
  };
  return { ended, kill };
};
