import { HardwareError } from '../errors.js';
import { cut, Flaw, host, part, port, required, whole } from './visa-fields.js';

/** A resource string taken apart (psu-rest spec, 4). `board` is the number behind the interface word. */
export type Resource =
  | { readonly type: 'socket'; readonly board: number; readonly host: string; readonly port: number }
  /** `port` undefined: ask the portmapper. */
  | {
      readonly type: 'vxi11';
      readonly board: number;
      readonly host: string;
      readonly port?: number;
      readonly device: string;
    }
  | {
      readonly type: 'hislip';
      readonly board: number;
      readonly host: string;
      readonly port: number;
      readonly device: string;
    }
  /** `path`: `/dev/ttyUSB0`, `COM3`, or a bare number as the resource gives it. */
  | { readonly type: 'serial'; readonly path: string }
  | { readonly type: 'gpib'; readonly board: number; readonly primary: number; readonly secondary?: number }
  | { readonly type: 'prologix-tcp'; readonly board: number; readonly host: string; readonly port: number }
  | { readonly type: 'prologix-serial'; readonly board: number; readonly path: string }
  | {
      readonly type: 'usbtmc';
      readonly board: number;
      readonly vendor: number;
      readonly product: number;
      readonly serial: string;
      readonly usbInterface: number;
    }
  /** The kernel's character device itself: `/dev/usbtmc0`. */
  | { readonly type: 'usbtmc-file'; readonly path: string }
  | { readonly type: 'modbus-tcp'; readonly host: string; readonly port: number; readonly unit: number }
  | { readonly type: 'modbus-rtu'; readonly path: string; readonly unit: number }
  | { readonly type: 'replay'; readonly path: string };

/** How each resource is written: what a message lists when one could not be read. */
export const resourceForms: { readonly [Type in Resource['type']]: string } = {
  socket: 'TCPIP::<host>::<port>::SOCKET',
  vxi11: 'TCPIP::<host>[,<port>][::<device>][::INSTR]',
  hislip: 'TCPIP::<host>::hislip0[,<port>][::INSTR]',
  serial: 'ASRL<number or path>[::INSTR]',
  gpib: 'GPIB[<board>]::<primary>[::<secondary>][::INSTR]',
  'prologix-tcp': 'PRLGX-TCPIP[<board>]::<host>[::<port>]::INTFC',
  'prologix-serial': 'PRLGX-ASRL[<board>]::<path>::INTFC',
  usbtmc: 'USB::<vendor>::<product>::<serial>[::<interface>][::INSTR]',
  'usbtmc-file': '/dev/usbtmc<number>',
  'modbus-tcp': 'MODBUS-TCP::<host>[::<port>]::<unit>',
  'modbus-rtu': 'MODBUS-RTU::<path>::<unit>',
  replay: 'replay:<file>',
};

const HISLIP_PORT = 4880;
const PROLOGIX_PORT = 1234;
const MODBUS_PORT = 502;
const MAX_BOARD = 255;
/** IEEE 488.1: address 31 means "nobody". */
const MAX_GPIB_ADDRESS = 30;
const MAX_USB_ID = 0xffff;
const MAX_USB_INTERFACE = 255;
/** 248 to 255 are reserved on a serial line; over TCP, 255 and 0 mean the server itself. */
const MAX_MODBUS_UNIT = { serial: 247, tcp: 255 };
type Pieces = {
  readonly board: number;
  /** What stands behind the interface word and the board, without the class. */
  readonly parts: readonly string[];
  readonly resourceClass: string | undefined;
};

/** Reads a resource string. Interface and class may be written in any case; board and defaults are filled in.
 *  Errors: BAD_ARGUMENT, with what is wrong and the forms there are. */
export const parseResource = (text: string): Resource => {
  try {
    return parse(text.trim());
  } catch (thrown) {
    if (!(thrown instanceof Flaw)) throw thrown;
    const forms = Object.values(resourceForms).join(', ');
    throw new HardwareError(
      'BAD_ARGUMENT',
      `"${cut(text)}" is no resource: ${thrown.message}; the forms are: ${forms}`,
    );
  }
};

/** The one way to write a resource: board, defaults and class written out, hosts in lower case. */
export const canonicalResource = (resource: Resource): string => {
  switch (resource.type) {
    case 'socket':
      return `TCPIP${resource.board}::${resource.host}::${resource.port}::SOCKET`;
    case 'vxi11':
      return `TCPIP${resource.board}::${resource.host}${optional(',', resource.port)}::${resource.device}::INSTR`;
    case 'hislip':
      return `TCPIP${resource.board}::${resource.host}::${resource.device},${resource.port}::INSTR`;
    case 'serial':
      return `ASRL${resource.path}::INSTR`;
    case 'gpib':
      return `GPIB${resource.board}::${resource.primary}${optional('::', resource.secondary)}::INSTR`;
    case 'prologix-tcp':
      return `PRLGX-TCPIP${resource.board}::${resource.host}::${resource.port}::INTFC`;
    case 'prologix-serial':
      return `PRLGX-ASRL${resource.board}::${resource.path}::INTFC`;
    case 'usbtmc': {
      const { board, vendor, product, serial, usbInterface } = resource;
      return `USB${board}::${usbId(vendor)}::${usbId(product)}::${serial}::${usbInterface}::INSTR`;
    }
    case 'usbtmc-file':
      return resource.path;
    case 'modbus-tcp':
      return `MODBUS-TCP::${resource.host}::${resource.port}::${resource.unit}`;
    case 'modbus-rtu':
      return `MODBUS-RTU::${resource.path}::${resource.unit}`;
    case 'replay':
      return `replay:${resource.path}`;
  }
};

const optional = (separator: string, value: number | undefined): string =>
  value === undefined ? '' : `${separator}${value}`;

const usbId = (id: number): string => `0x${id.toString(16).toUpperCase().padStart(4, '0')}`;

const parse = (text: string): Resource => {
  if (text.startsWith('replay:')) return { type: 'replay', path: required('file', text.slice('replay:'.length)) };
  if (text.startsWith('/')) return usbtmcFile(text);
  const [first = '', ...rest] = text.split('::');
  const serial = /^ASRL(.*)$/i.exec(first)?.[1];
  if (serial !== undefined) return serialLine(serial, rest);
  const [, word = '', digits = ''] = /^([A-Z-]+)([0-9]*)$/i.exec(first) ?? [];
  const read = interfaces.get(word.toUpperCase());
  if (read === undefined) throw new Flaw(first === '' ? 'it is empty' : `nothing is called "${cut(first)}"`);
  return read({ board: digits === '' ? 0 : whole('board', digits, 0, MAX_BOARD), ...withoutClass(rest) });
};

const usbtmcFile = (path: string): Resource => {
  if (!/^\/dev\/usbtmc[0-9]+$/.test(path)) throw new Flaw('of the device files only /dev/usbtmc<number> is one');
  return { type: 'usbtmc-file', path };
};

const serialLine = (path: string, rest: readonly string[]): Resource => {
  const { parts, resourceClass } = withoutClass(rest);
  count(parts, 0, 0);
  ofClass(resourceClass, 'INSTR');
  return { type: 'serial', path: part('number or path', path) };
};

const tcpip = ({ board, parts, resourceClass }: Pieces): Resource => {
  if (resourceClass === 'SOCKET') {
    count(parts, 2, 2);
    return { type: 'socket', board, host: host(parts[0]), port: port(parts[1]) };
  }
  ofClass(resourceClass, 'INSTR');
  count(parts, 1, 2);
  const device = part('device', parts[1] ?? 'inst0');
  if (/^[0-9]+$/.test(device)) throw new Flaw(`${device} looks like a port: a raw socket ends in ::SOCKET`);
  if (/^hislip/i.test(device)) return hislip(board, host(parts[0]), device.toLowerCase());
  const [name, corePort, ...more] = (parts[0] ?? '').split(',');
  if (more.length > 0) throw new Flaw('behind the host goes one port');
  return {
    type: 'vxi11',
    board,
    host: host(name),
    ...(corePort === undefined ? {} : { port: port(corePort) }),
    device,
  };
};

const hislip = (board: number, atHost: string, written: string): Resource => {
  const [device = '', atPort, ...more] = written.split(',');
  if (more.length > 0) throw new Flaw(`behind ${device} goes one port`);
  return {
    type: 'hislip',
    board,
    host: atHost,
    port: atPort === undefined ? HISLIP_PORT : port(atPort),
    device,
  };
};

const gpib = ({ board, parts, resourceClass }: Pieces): Resource => {
  ofClass(resourceClass, 'INSTR');
  count(parts, 1, 2);
  const [primary, secondary] = parts;
  return {
    type: 'gpib',
    board,
    primary: whole('primary address', primary, 0, MAX_GPIB_ADDRESS),
    ...(secondary === undefined ? {} : { secondary: whole('secondary address', secondary, 0, MAX_GPIB_ADDRESS) }),
  };
};

const prologixTcp = ({ board, parts, resourceClass }: Pieces): Resource => {
  ofClass(resourceClass ?? '', 'INTFC');
  count(parts, 1, 2);
  const [name, written] = parts;
  return {
    type: 'prologix-tcp',
    board,
    host: host(name),
    port: written === undefined ? PROLOGIX_PORT : port(written),
  };
};

const prologixSerial = ({ board, parts, resourceClass }: Pieces): Resource => {
  ofClass(resourceClass ?? '', 'INTFC');
  count(parts, 1, 1);
  return { type: 'prologix-serial', board, path: part('path', parts[0]) };
};

const usb = ({ board, parts, resourceClass }: Pieces): Resource => {
  ofClass(resourceClass, 'INSTR');
  count(parts, 3, 4);
  const [vendor, product, serial, usbInterface = '0'] = parts;
  return {
    type: 'usbtmc',
    board,
    vendor: whole('vendor', vendor, 0, MAX_USB_ID),
    product: whole('product', product, 0, MAX_USB_ID),
    serial: part('serial number', serial),
    usbInterface: whole('interface', usbInterface, 0, MAX_USB_INTERFACE),
  };
};

const modbusTcp = ({ board, parts, resourceClass }: Pieces): Resource => {
  withoutBoard(board);
  ofClass(resourceClass, 'none');
  count(parts, 2, 3);
  const [name, second] = parts;
  return {
    type: 'modbus-tcp',
    host: host(name),
    port: parts.length === 3 ? port(second) : MODBUS_PORT,
    unit: whole('unit', parts.at(-1), 0, MAX_MODBUS_UNIT.tcp),
  };
};

const modbusRtu = ({ board, parts, resourceClass }: Pieces): Resource => {
  withoutBoard(board);
  ofClass(resourceClass, 'none');
  count(parts, 2, 2);
  return {
    type: 'modbus-rtu',
    path: part('path', parts[0]),
    unit: whole('unit', parts[1], 0, MAX_MODBUS_UNIT.serial),
  };
};

const interfaces: ReadonlyMap<string, (pieces: Pieces) => Resource> = new Map([
  ['TCPIP', tcpip],
  ['GPIB', gpib],
  ['PRLGX-TCPIP', prologixTcp],
  ['PRLGX-ASRL', prologixSerial],
  ['USB', usb],
  ['MODBUS-TCP', modbusTcp],
  ['MODBUS-RTU', modbusRtu],
]);

const classes: readonly string[] = ['INSTR', 'SOCKET', 'INTFC', 'RAW'];

const withoutClass = (parts: readonly string[]): Omit<Pieces, 'board'> => {
  const last = parts.at(-1)?.toUpperCase();
  return last !== undefined && classes.includes(last)
    ? { parts: parts.slice(0, -1), resourceClass: last }
    : { parts, resourceClass: undefined };
};

const ofClass = (found: string | undefined, expected: 'INSTR' | 'INTFC' | 'none'): void => {
  if (found === undefined || found === expected) return;
  throw new Flaw(expected === 'none' ? `it does not end in ::${found}` : `it has to end in ::${expected}`);
};

const withoutBoard = (board: number): void => {
  if (board !== 0) throw new Flaw('Modbus has no boards');
};

const count = (parts: readonly string[], fewest: number, most: number): void => {
  if (parts.length < fewest) throw new Flaw('a part is missing');
  if (parts.length > most)
    throw new Flaw(`"${cut(parts[most] ?? '')}" is a part too many (an IPv6 address does not go)`);
};
