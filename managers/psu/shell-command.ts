import { spawn, type ChildProcess } from 'node:child_process';
import { abortReason, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';

/** More than any list of channels; a command that goes on for ever is stopped there. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Of what a command says on stderr so much is told. */
const TOLD_CHARACTERS = 200;

/** How a shell command ended, and what it said. */
export type Ended = { readonly exitCode: number; readonly output: string; readonly complaint: string };

/** `process.kill`. */
export type Kill = (pid: number, signal: NodeJS.Signals) => unknown;

/** Runs a command line in a shell. Whatever it has started ends with it: at the time limit, at the end of `call`, or when it
 *  says more than `MAX_OUTPUT_BYTES`; but for what runs as another user, such as `sudo`: it is left to itself. Errors: TIMEOUT, DEVICE_FAULT, the reason of `call.signal`. */
export type RunShell = (line: string, limitMs: number, call: Call) => Promise<Ended>;

export const shellRunner =
  (clock: Clock, kill: Kill = process.kill.bind(process)): RunShell =>
  (line, limitMs, call) =>
    new Promise((resolve, reject) => {
      if (call.signal.aborted) {
        reject(abortReason(call.signal));
        return;
      }
      // A process group of its own: with `sh -c 'a | b'` the shell alone would be killed, and not what hangs.
      const child = spawn(line, { shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const output: Buffer[] = [];
      let complaint = '';
      let bytes = 0;
      const end = (settle: () => void): void => {
        cancel();
        call.signal.removeEventListener('abort', onAbort);
        killGroup(child, kill);
        settle();
      };
      const fail = (reason: Error): void => {
        end(() => {
          reject(reason);
        });
      };
      const onAbort = (): void => {
        fail(abortReason(call.signal));
      };
      const cancel = clock.after(limitMs, () => {
        fail(new HardwareError('TIMEOUT', `"${line}" was not done within ${limitMs} ms and was ended`));
      });
      call.signal.addEventListener('abort', onAbort, { once: true });
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        output.push(chunk);
        if (bytes > MAX_OUTPUT_BYTES)
          fail(
            new HardwareError('DEVICE_FAULT', `"${line}" printed more than ${MAX_OUTPUT_BYTES} bytes and was ended`),
          );
      });
      child.stderr.on('data', (chunk: Buffer) => {
        if (complaint.length < TOLD_CHARACTERS) complaint = (complaint + chunk.toString()).slice(0, TOLD_CHARACTERS);
      });
      child.on('error', (cause) => {
        fail(new HardwareError('DEVICE_FAULT', `"${line}" could not be started: ${cause.message}`, { cause }));
      });
      child.on('close', (code, signal) => {
        if (signal !== null) fail(new HardwareError('DEVICE_FAULT', `"${line}" was ended by ${signal}`));
        else
          end(() => {
            resolve({ exitCode: code ?? 0, output: Buffer.concat(output).toString(), complaint: complaint.trim() });
          });
      });
    });

const killGroup = ({ pid, stdout, stderr }: ChildProcess, kill: Kill): void => {
  stdout?.destroy();
  stderr?.destroy();
  if (pid === undefined) return;
  try {
    kill(-pid, 'SIGKILL');
  } catch (thrown) {
    if (!isBeyondReach(thrown)) throw thrown;
  }
};

/** ESRCH: the whole group has ended by itself. EPERM: all that is left of it runs as another user. */
const isBeyondReach = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ESRCH' || thrown.code === 'EPERM');
