import type { RpcProcedure } from './onc-rpc.js';
import { list, nothing, struct, u32 } from './xdr.js';

/** The portmapper (RFC 1833, 3): says at which port a program listens. */
export const PORTMAPPER = { program: 100_000, version: 2 } as const;
export const PORTMAPPER_PORT = 111;

export const IP_TCP = 6;
export const IP_UDP = 17;

export type PortMapping = {
  readonly program: number;
  readonly version: number;
  readonly protocol: number;
  readonly port: number;
};

const mapping = struct<PortMapping>({ program: u32, version: u32, protocol: u32, port: u32 });

/** More programs than any computer has. */
const MAX_MAPPINGS = 4096;

/** The port of a program, 0 when it is not registered; `port` of the question does not count. */
export const getPort: RpcProcedure<PortMapping, number> = { number: 3, args: mapping, result: u32 };

/** All that is registered. */
export const dumpPorts: RpcProcedure<undefined, readonly PortMapping[]> = {
  number: 4,
  args: nothing,
  result: list(mapping, MAX_MAPPINGS),
};
