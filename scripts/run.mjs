/** Starts programs for the other scripts: one at a time, output on the screen, bounded, nothing left behind. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Progress goes to stderr: stdout belongs to the program that a script starts. */
export const say = (text) => console.error(`busbar: ${text}`);

/**
 * Runs a program in the project's folder and gives its exit code; 1 when it cannot start, dies or takes over `limitMs`.
 * It gets a process group of its own, so that what it started ends with it when it is stopped.
 */
export function run(command, args, { env = {}, limitMs = 600_000, stdout = 'inherit', cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', stdout, 'inherit'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32' && command === 'npm', // npm is a .cmd there
    });
    const stop = () => {
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error; // gone already
      }
    };
    const limit = setTimeout(() => {
      say(`${command} ${args.join(' ')} was still running after ${limitMs / 1000} s and has been stopped`);
      stop();
    }, limitMs);
    const interrupt = (signal) => {
      stop();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

    const settle = (code) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      resolve(code);
    };
    child.once('error', (error) => {
      say(`${command} does not start: ${error.message}`);
      settle(1);
    });
    child.once('close', (code) => settle(code ?? 1));
  });
}
