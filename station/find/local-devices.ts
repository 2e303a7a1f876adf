import { dirname } from 'node:path';
import type { Resource } from '../../core/wire/visa-resource.js';
import type { UsbInstrument } from '../../managers/links/usbtmc/usbtmc-lookup.js';

/** What the kernel shows of its devices; tests hand in one that is made up. */
export type DeviceTree = {
  /** The names in a directory; none when there is no such. */
  readonly names: (directory: string) => readonly string[];
  /** Undefined: there is no such file. */
  readonly text: (path: string) => string | undefined;
  /** Where a link leads; undefined: there is none. */
  readonly real: (path: string) => string | undefined;
};

/** A port or a device of this computer. */
export type LocalDevice = {
  readonly resource: Resource;
  /** `/dev/ttyUSB0` */
  readonly path: string;
  /** What its maker wrote into it: `FTDI FT232R USB UART, serial A10KZP45`; empty: nothing. */
  readonly description: string;
};

const CLASS = '/sys/class';
const STABLE_NAMES = '/dev/serial/by-id';
/** From a port to the USB device that it is a part of. */
const MAX_LEVELS = 6;
/** A UART that is not there: PORT_UNKNOWN of linux/serial_core.h. */
const NO_UART = '0';

/** The serial ports of a Linux computer that have hardware behind them. A name that stays the same after unplugging comes
 *  before the one that the kernel gives out anew. */
export const serialPorts = (tree: DeviceTree): readonly LocalDevice[] => {
  const stable = new Map(
    tree.names(STABLE_NAMES).map((name) => [tree.real(`${STABLE_NAMES}/${name}`), `${STABLE_NAMES}/${name}`] as const),
  );
  return tree.names(`${CLASS}/tty`).flatMap((name) => {
    const at = `${CLASS}/tty/${name}`;
    const device = tree.real(`${at}/device/driver`) === undefined ? undefined : tree.real(`${at}/device`);
    if (device === undefined || tree.text(`${at}/type`)?.trim() === NO_UART) return [];
    const path = `/dev/${name}`;
    const resource: Resource = { type: 'serial', path: stable.get(path) ?? path };
    return [{ resource, path, description: usbWords(device, tree) }];
  });
};

/** The USB instruments, by a name that a config takes: where the serial number has strange signs, the device file's. */
export const usbtmcDevices = (instruments: readonly UsbInstrument[]): readonly LocalDevice[] =>
  instruments.map(({ path, resource }) => {
    const isNameable = resource !== undefined && /^[\w.-]+$/.test(resource.serial);
    return { resource: isNameable ? resource : { type: 'usbtmc-file', path }, path, description: '' };
  });

/** What the maker of a USB adapter wrote into it. */
const usbWords = (device: string, tree: DeviceTree): string => {
  let at = device;
  for (let level = 0; level < MAX_LEVELS; level += 1, at = dirname(at)) {
    if (tree.text(`${at}/idVendor`) === undefined) continue;
    const its = (file: string): string => tree.text(`${at}/${file}`)?.trim() ?? '';
    const name = [its('manufacturer'), its('product')].filter((word) => word !== '').join(' ');
    const serial = its('serial');
    return [name, serial === '' ? '' : `serial ${serial}`].filter((word) => word !== '').join(', ');
  }
  return '';
};
