import type { RpcProcedure } from './onc-rpc.js';
import { bool, byte, i32, nothing, opaque, struct, text, u32 } from './xdr.js';

/** The three programs of VXI-11: what the instrument serves, how a call of it is ended, and what the client serves. */
export const VXI11_CORE = { program: 0x0607af, version: 1 } as const;
export const VXI11_ABORT = { program: 0x0607b0, version: 1 } as const;
export const VXI11_INTERRUPT = { program: 0x0607b1, version: 1 } as const;

/** The least that an instrument has to take in one `deviceWrite`. */
export const LEAST_MAX_RECEIVE_BYTES = 1024;

export const FAMILY_TCP = 0;
export const FAMILY_UDP = 1;

export type Vxi11Link = { readonly lid: number };
export type Vxi11Error = { readonly error: number };

/** `device`: `inst0`, and behind a gateway `gpib0,4`. */
export type CreateLink = {
  readonly clientId: number;
  readonly lockDevice: boolean;
  readonly lockTimeoutMs: number;
  readonly device: string;
};
type LinkCreated = Vxi11Error & Vxi11Link & { readonly abortPort: number; readonly maxReceiveBytes: number };
type Write = Vxi11Link & {
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly flags: number;
  readonly data: Uint8Array;
};
type Read = Vxi11Link & {
  readonly requestBytes: number;
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly flags: number;
  readonly terminator: number;
};
/** Mind the order of the two times: it is the other way round than in `Write` and `Read`. */
type Generic = Vxi11Link & { readonly flags: number; readonly lockTimeoutMs: number; readonly ioTimeoutMs: number };
type Lock = Vxi11Link & { readonly flags: number; readonly lockTimeoutMs: number };
type EnableSrq = Vxi11Link & { readonly enable: boolean; readonly handle: Uint8Array };
type DoCommand = Vxi11Link & {
  readonly flags: number;
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly command: number;
  readonly networkOrder: boolean;
  readonly itemBytes: number;
  readonly data: Uint8Array;
};
/** Where the client listens for service requests. */
export type InterruptAddress = {
  /** IPv4, the first number in the highest byte. */
  readonly hostAddress: number;
  readonly hostPort: number;
  readonly program: number;
  readonly version: number;
  readonly family: number;
};

const link = struct<Vxi11Link>({ lid: i32 });
const error = struct<Vxi11Error>({ error: i32 });
const generic = struct<Generic>({ lid: i32, flags: i32, lockTimeoutMs: u32, ioTimeoutMs: u32 });
const handle = opaque(40);

const procedure = <Args, Result>(
  number: number,
  args: RpcProcedure<Args, Result>['args'],
  result: RpcProcedure<Args, Result>['result'],
): RpcProcedure<Args, Result> => ({ number, args, result });

/** All procedures of the core program. Times in ms. */
export const vxi11 = {
  createLink: procedure(
    10,
    struct<CreateLink>({ clientId: i32, lockDevice: bool, lockTimeoutMs: u32, device: text() }),
    struct<LinkCreated>({ error: i32, lid: i32, abortPort: u32, maxReceiveBytes: u32 }),
  ),
  write: procedure(
    11,
    struct<Write>({ lid: i32, ioTimeoutMs: u32, lockTimeoutMs: u32, flags: i32, data: opaque() }),
    struct<Vxi11Error & { readonly size: number }>({ error: i32, size: u32 }),
  ),
  read: procedure(
    12,
    struct<Read>({ lid: i32, requestBytes: u32, ioTimeoutMs: u32, lockTimeoutMs: u32, flags: i32, terminator: byte }),
    struct<Vxi11Error & { readonly reason: number; readonly data: Uint8Array }>({
      error: i32,
      reason: i32,
      data: opaque(),
    }),
  ),
  readStatusByte: procedure(
    13,
    generic,
    struct<Vxi11Error & { readonly statusByte: number }>({ error: i32, statusByte: byte }),
  ),
  trigger: procedure(14, generic, error),
  clear: procedure(15, generic, error),
  remote: procedure(16, generic, error),
  local: procedure(17, generic, error),
  lock: procedure(18, struct<Lock>({ lid: i32, flags: i32, lockTimeoutMs: u32 }), error),
  unlock: procedure(19, link, error),
  enableSrq: procedure(20, struct<EnableSrq>({ lid: i32, enable: bool, handle }), error),
  doCommand: procedure(
    22,
    struct<DoCommand>({
      lid: i32,
      flags: i32,
      ioTimeoutMs: u32,
      lockTimeoutMs: u32,
      command: i32,
      networkOrder: bool,
      itemBytes: i32,
      data: opaque(),
    }),
    struct<Vxi11Error & { readonly data: Uint8Array }>({ error: i32, data: opaque() }),
  ),
  destroyLink: procedure(23, link, error),
  createInterruptChannel: procedure(
    25,
    struct<InterruptAddress>({ hostAddress: u32, hostPort: u32, program: u32, version: u32, family: i32 }),
    error,
  ),
  destroyInterruptChannel: procedure(26, nothing, error),
} as const;

/** Of the abort program: ends the call that is running for a link, which then answers 23. */
export const abortCall = procedure(1, link, error);

/** Of the interrupt program: the instrument asks for attention; nobody answers. */
export const serviceRequest = procedure(30, struct<{ readonly handle: Uint8Array }>({ handle }), nothing);
