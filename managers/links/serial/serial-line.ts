import type { Duplex } from 'node:stream';
import { HardwareError } from '../../../core/errors.js';
import type { LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';

/** An open serial port: its bytes, and its own buffers. */
export type SerialLine = {
  readonly stream: Duplex;
  /** Drops what was received and not read, and what was written and not sent. */
  readonly flush: () => Promise<void>;
  /** Idempotent; never rejects. */
  readonly close: () => Promise<void>;
};

/** Opens a port; tests hand in one that is played. */
export type OpenSerialLine = (path: string, settings: LinkSettings, call: Call) => Promise<SerialLine>;

/** The part of a `serialport` that is used here: its mock has the same. */
export type Port = Duplex & {
  readonly open: (done: (error: Error | null) => void) => void;
  readonly flush: (done: (error: Error | null) => void) => void;
  readonly close: (done: (error: Error | null) => void) => void;
};

/** What the settings of a link mean to `serialport`: 9600 baud, 8 bits, no parity, 1 stop bit unless they say otherwise. */
export const portOptions = (path: string, settings: LinkSettings) => ({
  path,
  baudRate: settings.baudRate ?? 9_600,
  dataBits: settings.dataBits ?? 8,
  parity: settings.parity ?? 'none',
  stopBits: settings.stopBits ?? 1,
  rtscts: settings.flowControl === 'hardware',
  xon: settings.flowControl === 'software',
  xoff: settings.flowControl === 'software',
  autoOpen: false,
});

/** Opens a port of this computer. Errors: DISCONNECTED with what to do. */
export const openSerialLine: OpenSerialLine = async (path, settings, call) => {
  const { SerialPort } = await import('serialport');
  return openPort(new SerialPort(portOptions(path, settings)), path, call);
};

/** Errors: DISCONNECTED. */
export const openPort = (port: Port, path: string, { signal }: Pick<Call, 'signal'>): Promise<SerialLine> =>
  new Promise((resolve, reject) => {
    port.open((error) => {
      if (error !== null) {
        reject(cannotOpen(path, error));
      } else if (signal.aborted) {
        void finished((done) => {
          port.close(done);
        });
        reject(new HardwareError('DISCONNECTED', `opening the serial port ${path} was given up`));
      } else {
        resolve(lineOf(port));
      }
    });
  });

/** A port that cannot be flushed or closed is gone, and says so by `close`. `destroy` would leave it open. */
const lineOf = (port: Port): SerialLine => ({
  stream: port,
  flush: () =>
    finished((done) => {
      port.flush(done);
    }),
  close: () =>
    finished((done) => {
      port.close(done);
    }),
});

const finished = (begin: (done: () => void) => void): Promise<void> => new Promise(begin);

/** What a person can do about it, by what the operating system says. */
const remedies: readonly (readonly [said: RegExp, remedy: string])[] = [
  [/no such file|file not found|ENOENT/i, 'it is not there: is the adapter plugged in?'],
  [/permission denied|access denied|EACCES/i, 'this user may not use it: on Linux, add the user to the group dialout'],
  [/lock|busy|temporarily unavailable|EBUSY/i, 'another program uses it'],
];

/** Why a port cannot be opened, and what to do. */
export const cannotOpen = (path: string, thrown: unknown): HardwareError => {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const remedy = remedies.find(([pattern]) => pattern.test(said))?.[1] ?? said;
  return new HardwareError('DISCONNECTED', `the serial port ${path} cannot be opened: ${remedy}`, { cause: thrown });
};

/** `ASRL1` is the first serial port of the computer; everything but a number is a path, or a name as Windows has them. */
export const portPath = (path: string, platform: NodeJS.Platform = process.platform): string => {
  if (!/^\d+$/.test(path)) return path;
  return platform === 'win32' ? `COM${path}` : `/dev/ttyS${Math.max(0, Number(path) - 1)}`;
};
