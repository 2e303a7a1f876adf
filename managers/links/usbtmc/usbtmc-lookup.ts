import { readdir, readFile } from 'node:fs/promises';
import { HardwareError } from '../../../core/errors.js';
import { canonicalResource, type Resource } from '../../../core/wire/visa-resource.js';

type UsbResource = Extract<Resource, { readonly type: 'usbtmc' }>;

/** The part of a file system in which the kernel says what is plugged in. */
export type KernelFiles = {
  /** Rejects where there is no such directory. */
  readonly list: (directory: string) => Promise<readonly string[]>;
  /** Rejects where there is no such file. Paths go as they are: `..` behind a link is the parent of what it leads to. */
  readonly read: (path: string) => Promise<string>;
};

export const kernelFiles: KernelFiles = { list: readdir, read: (path) => readFile(path, 'utf8') };

/** One device file, and how a resource string names what is behind it; undefined: it has no serial number. */
export type UsbInstrument = { readonly path: string; readonly resource: UsbResource | undefined };

const CLASS = '/sys/class/usbmisc';

/** The instruments that the kernel's USBTMC driver has now, by the number of their device files. */
export const usbInstruments = async (files: KernelFiles = kernelFiles): Promise<readonly UsbInstrument[]> => {
  const names = await files.list(CLASS).catch(() => []);
  const numbers = names.flatMap((name) => /^usbtmc(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const sorted = numbers.sort((one, other) => one - other);
  return Promise.all(sorted.map((number) => instrumentAt(number, files)));
};

const instrumentAt = async (number: number, files: KernelFiles): Promise<UsbInstrument> => {
  const about = (file: string): Promise<string> =>
    files.read(`${CLASS}/usbtmc${number}/device/${file}`).then(
      (text) => text.trim(),
      () => '', // it has none, or was unplugged meanwhile
    );
  const [vendor = '', product = '', serial = '', usbInterface = ''] = await Promise.all(
    ['../idVendor', '../idProduct', '../serial', 'bInterfaceNumber'].map(about),
  );
  const path = `/dev/usbtmc${number}`;
  if (!isHex(vendor) || !isHex(product) || serial === '') return { path, resource: undefined };
  const numbers = { vendor: parseInt(vendor, 16), product: parseInt(product, 16) };
  const which = isHex(usbInterface) ? parseInt(usbInterface, 16) : 0;
  return { path, resource: { type: 'usbtmc', board: 0, ...numbers, serial, usbInterface: which } };
};

const isHex = (text: string): boolean => /^[0-9a-f]{1,4}$/i.test(text);

/** The device file of an instrument: it has another number each time it is plugged in. Errors: DISCONNECTED, with what there is. */
export const usbtmcPath = async (wanted: UsbResource, files: KernelFiles = kernelFiles): Promise<string> => {
  const found = await usbInstruments(files);
  // All that leads to one computer is one board here.
  const name = canonicalResource({ ...wanted, board: 0 });
  const match = found.find(({ resource }) => resource !== undefined && canonicalResource(resource) === name);
  if (match !== undefined) return match.path;
  const all = found.map(({ path, resource }) => (resource === undefined ? path : canonicalResource(resource)));
  const there =
    all.length === 0 ? 'there is none at all: is it plugged in and switched on?' : `there is ${all.join(', ')}`;
  throw new HardwareError('DISCONNECTED', `no USB instrument is called ${name}; ${there}`);
};
