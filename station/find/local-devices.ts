import { dirname } from 'node:path';
import { parseResource, type Resource } from '../../core/wire/visa-resource.js';

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

type UsbFacts = { readonly vendor: string; readonly product: string; readonly serial: string; readonly label: string };

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
    return [{ resource, path, description: usbFacts(device, tree)?.label ?? '' }];
  });
};

/** The USB test and measurement devices that the kernel's driver has. */
export const usbtmcDevices = (tree: DeviceTree): readonly LocalDevice[] =>
  tree
    .names(`${CLASS}/usbmisc`)
    .filter((name) => /^usbtmc\d+$/.test(name))
    .map((name) => {
      const path = `/dev/${name}`;
      const device = tree.real(`${CLASS}/usbmisc/${name}/device`);
      const facts = device === undefined ? undefined : usbFacts(device, tree);
      const number = device === undefined ? undefined : tree.text(`${device}/bInterfaceNumber`);
      return {
        resource: usbResource(facts, number) ?? { type: 'usbtmc-file', path },
        path,
        description: facts?.label ?? '',
      };
    });

/** By what does not change when it is plugged in elsewhere; undefined: it has no serial number, or one with strange signs. */
const usbResource = (facts: UsbFacts | undefined, interfaceNumber = '0'): Resource | undefined => {
  if (facts === undefined || !/^[\w.-]+$/.test(facts.serial)) return undefined;
  const { vendor, product, serial } = facts;
  const text = `USB::0x${vendor}::0x${product}::${serial}::${Number.parseInt(interfaceNumber, 16)}::INSTR`;
  try {
    return parseResource(text);
  } catch {
    return undefined; // a kernel that shows something else than numbers: the device file will do
  }
};

const usbFacts = (device: string, tree: DeviceTree): UsbFacts | undefined => {
  let at = device;
  for (let level = 0; level < MAX_LEVELS; level += 1, at = dirname(at)) {
    const vendor = tree.text(`${at}/idVendor`)?.trim();
    if (vendor === undefined) continue;
    const its = (file: string): string => tree.text(`${at}/${file}`)?.trim() ?? '';
    const serial = its('serial');
    const name = [its('manufacturer'), its('product')].filter((word) => word !== '').join(' ');
    const label = [name, serial === '' ? '' : `serial ${serial}`].filter((word) => word !== '').join(', ');
    return { vendor, product: its('idProduct'), serial, label };
  }
  return undefined;
};
