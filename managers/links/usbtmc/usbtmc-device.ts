import { open } from 'node:fs/promises';
import { getSystemErrorName } from 'node:util';

/** A device file of the kernel's USBTMC driver. Each call blocks a thread, not the event loop, for as long as the driver takes.
 *  They reject as `node:fs` does, with `code`. */
export type UsbtmcDevice = {
  /** One program message with END; resolves with the bytes that were taken. */
  readonly write: (message: Uint8Array) => Promise<number>;
  readonly read: (maxBytes: number) => Promise<Uint8Array>;
  /** One of `usbtmcRequests`; what the driver gives is in `argument` afterwards. */
  readonly request: (request: number, argument?: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens one; tests hand in another. */
export type OpenUsbtmcDevice = (path: string) => Promise<UsbtmcDevice>;

type Ioctl = (descriptor: number, request: number, argument: Uint8Array | null) => Promise<void>;

/** Node.js has no word for requests to a driver, so they go through the C library. Errors: where koffi cannot be loaded. */
export const loadIoctl = async (): Promise<Ioctl> => {
  if (process.platform !== 'linux' || process.arch.startsWith('ppc') || process.arch.startsWith('mips')) {
    throw new Error(`USB instruments are reached through Linux on x86 or ARM, not ${process.platform} ${process.arch}`);
  }
  const { default: koffi } = await import('koffi');
  const ioctl = koffi
    .load('libc.so.6')
    .func('int ioctl(int descriptor, unsigned long request, _Inout_ void *argument)');
  return (descriptor, request, argument) =>
    new Promise((resolve, reject) => {
      ioctl.async(descriptor, request, argument, (error: unknown, result: unknown) => {
        const number = koffi.errno(); // of this very call: koffi keeps it until here
        if (error instanceof Error) reject(error);
        else if (result === -1) reject(systemError(number, request));
        else resolve();
      });
    });
};

const systemError = (number: number, request: number): Error => {
  const code = getSystemErrorName(-number);
  return Object.assign(new Error(`${code}: request 0x${request.toString(16)} to the driver`), { code });
};

export const openUsbtmcDevice: OpenUsbtmcDevice = async (path) => {
  const ioctl = await loadIoctl();
  const file = await open(path, 'r+');
  return {
    write: async (message) => (await file.write(message, 0, message.length, null)).bytesWritten,
    read: async (maxBytes) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(maxBytes), 0, maxBytes, null);
      return buffer.subarray(0, bytesRead);
    },
    request: (request, argument) => ioctl(file.fd, request, argument ?? null),
    close: () => file.close(),
  };
};
