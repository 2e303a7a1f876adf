import { HardwareError } from '../../core/errors.js';
import { parseResource, type Resource } from '../../core/wire/visa-resource.js';
import type { HeldInstrument } from '../state/held-instruments.js';

/** What two names may have in common: an address behind host names, a device behind links. */
export type SameThing = {
  /** The address of a host; the host itself when nobody knows it. */
  readonly addressOf: (host: string) => string;
  /** The device file behind a path; the path itself when it leads nowhere. */
  readonly fileOf: (path: string) => string;
};

/** Tells by whom a resource is used, whatever names were used for it; undefined: by nobody that is known. */
export const usedBy = (
  held: readonly HeldInstrument[],
  same: SameThing,
): ((resource: Resource) => string | undefined) => {
  const users = new Map<string, string>();
  for (const { lock, by } of held) {
    const resource = lockedResource(lock);
    if (resource !== undefined && !users.has(thingAt(resource, same))) users.set(thingAt(resource, same), by);
  }
  return (resource) => users.get(thingAt(resource, same));
};

/** The hosts whose addresses `usedBy` has to know. */
export const hostsIn = (held: readonly HeldInstrument[]): readonly string[] =>
  held.flatMap(({ lock }) => {
    const resource = lockedResource(lock);
    return resource !== undefined && 'host' in resource ? [resource.host] : [];
  });

/** One name for what can be used by one alone. */
const thingAt = (resource: Resource, { addressOf, fileOf }: SameThing): string => {
  switch (resource.type) {
    case 'vxi11':
      return `vxi11 ${addressOf(resource.host)} ${resource.device}`;
    case 'socket':
    case 'hislip':
    case 'prologix-tcp':
    case 'modbus-tcp':
      return `tcp ${addressOf(resource.host)} ${resource.port}`;
    case 'serial':
    case 'prologix-serial':
    case 'modbus-rtu':
    case 'usbtmc-file':
      return `file ${fileOf(resource.path)}`;
    case 'usbtmc':
      return `usb ${resource.vendor} ${resource.product} ${resource.serial} ${resource.usbInterface}`;
    case 'gpib':
      return `gpib ${resource.board} ${resource.primary} ${resource.secondary ?? ''}`;
    case 'replay':
      return `replay ${resource.path}`;
  }
};

/** Of an instrument behind an adapter the lock names the adapter first, and that alone can be met here. Undefined: a lock
 *  whose name was cut, or a file that is none. */
const lockedResource = (lock: string): Resource | undefined => {
  try {
    return parseResource(lock.replace(/ \d+(::\d+)?::INSTR$/, ''));
  } catch (thrown) {
    if (thrown instanceof HardwareError) return undefined;
    throw thrown;
  }
};
