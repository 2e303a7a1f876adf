import { readFileSync } from 'node:fs';
import type { RpcProcedure } from '../../../core/wire/onc-rpc.js';
import { PORTMAPPER, dumpPorts, getPort } from '../../../core/wire/portmapper.js';
import {
  VXI11_ABORT,
  VXI11_CORE,
  VXI11_INTERRUPT,
  abortCall,
  serviceRequest,
  vxi11,
} from '../../../core/wire/vxi11.js';
import type { XdrType } from '../../../core/wire/xdr.js';
import { fromHex, toHex } from './vectors.js';

export type Vxi11Vector = {
  readonly name: string;
  readonly program: keyof typeof programs;
  readonly procedure: string;
  readonly direction: 'call' | 'reply';
  readonly xid: number;
  readonly hex: string;
  /** Bytes are hex; absent: none. */
  readonly value: unknown;
};

export const programs = {
  portmapper: { ...PORTMAPPER, procedures: { getPort, dumpPorts } },
  core: { ...VXI11_CORE, procedures: vxi11 },
  abort: { ...VXI11_ABORT, procedures: { abortCall } },
  interrupt: { ...VXI11_INTERRUPT, procedures: { serviceRequest } },
};

export const vxi11Vectors = JSON.parse(
  readFileSync(new URL('../../vectors/vxi11.json', import.meta.url), 'utf8'),
) as readonly Vxi11Vector[];

/** The procedure of a vector, and the type of what the vector carries. */
export const typesOf = ({ program, procedure, direction }: Vxi11Vector) => {
  const procedures: { readonly [name: string]: unknown } = programs[program].procedures;
  const found = procedures[procedure] as RpcProcedure<unknown, unknown> | undefined;
  if (found === undefined) throw new Error(`${program} has no procedure ${procedure}`);
  const type: XdrType<unknown> = direction === 'call' ? found.args : found.result;
  return { number: found.number, type };
};

/** Bytes as hex, as the vectors have them. */
export const shownValue = (value: unknown): unknown => {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]: [string, unknown]) => [
      name,
      part instanceof Uint8Array ? toHex(part) : part,
    ]),
  );
};

const byteFields = new Set(['data', 'handle']);

/** A vector's value as the codec takes it. */
export const valueOf = (shown: unknown): unknown => {
  if (shown === null) return undefined;
  if (typeof shown !== 'object' || Array.isArray(shown)) return shown;
  return Object.fromEntries(
    Object.entries(shown).map(([name, part]) => [name, byteFields.has(name) ? fromHex(String(part)) : part]),
  );
};
