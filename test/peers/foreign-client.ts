import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);
const PYTHON = '/usr/bin/python3';
const TALK = fileURLToPath(new URL('python/pyvisa_talk.py', import.meta.url));
const LIMITS = { timeout: 20_000, maxBuffer: 1 << 26 };

/** A line, a status byte, or length and sum of a block. */
export type PyvisaAnswer = string | number | readonly [bytes: number, sum: number];

/** What pyvisa-py hears from an instrument: see python/pyvisa_talk.py. */
export const pyvisa = async (
  resource: string,
  requests: readonly string[],
  timeoutMs = 5_000,
): Promise<readonly PyvisaAnswer[]> => {
  const { stdout } = await run(PYTHON, ['-W', 'ignore', TALK, resource, String(timeoutMs), ...requests], LIMITS);
  return JSON.parse(stdout) as readonly PyvisaAnswer[];
};

/** What a Python program prints. */
export const python = async (program: string): Promise<string> =>
  (await run(PYTHON, ['-W', 'ignore', '-c', program], LIMITS)).stdout;

/** What lxi-tools hears to one command over a raw socket, without the line end. */
export const lxiRaw = async (port: number, request: string, timeoutS = 5): Promise<string> => {
  const target = ['scpi', '-a', '127.0.0.1', '-p', String(port), '-t', String(timeoutS), '-r', request];
  const { stdout } = await run('lxi', target, LIMITS);
  return stdout.replace(/\n$/, '');
};

/** The same over VXI-11: it asks the portmapper of the host, on port 111. */
export const lxiVxi11 = async (host: string, request: string, timeoutS = 5): Promise<string> => {
  const { stdout } = await run('lxi', ['scpi', '-a', host, '-t', String(timeoutS), request], LIMITS);
  return stdout.replace(/\n$/, '');
};
