import type { BadFrame } from '../codec.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { opaque, u32, type XdrType } from './xdr.js';

/** A remote procedure as its program's table has it: number, arguments, result. */
export type RpcProcedure<Args, Result> = {
  readonly number: number;
  readonly args: XdrType<Args>;
  readonly result: XdrType<Result>;
};

/** Every program has it; it takes and gives nothing. */
export const NULL_PROCEDURE = 0;

/** One call of ONC RPC version 2 (RFC 5531); `args` is XDR. */
export type RpcCall = {
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly args: Uint8Array;
};

/** How a call ended: `success`, refused by the program, or refused before it was looked at. */
export type RpcOutcome =
  | { readonly type: 'success'; readonly results: Uint8Array }
  | { readonly type: 'programUnavailable' }
  | { readonly type: 'versionMismatch'; readonly lowest: number; readonly highest: number }
  | { readonly type: 'procedureUnavailable' }
  | { readonly type: 'garbageArguments' }
  | { readonly type: 'systemError' }
  | { readonly type: 'rpcMismatch'; readonly lowest: number; readonly highest: number }
  | { readonly type: 'authenticationRefused'; readonly status: number };

export type RpcRefusal = Exclude<RpcOutcome['type'], 'success'>;

/** What each refusal means to a person. */
export const rpcRefusals: { readonly [Refusal in RpcRefusal]: string } = {
  programUnavailable: 'no such program is served there',
  versionMismatch: 'the program is served in other versions only',
  procedureUnavailable: 'the program has no such procedure',
  garbageArguments: 'the arguments were not understood',
  systemError: 'the other side failed at the call',
  rpcMismatch: 'the other side speaks another version of RPC',
  authenticationRefused: 'the other side wants to know who calls',
};

export type RpcReply = { readonly xid: number; readonly outcome: RpcOutcome };

/** A call in another version of RPC: it has an xid to answer to and nothing else that is known. */
export type ForeignCall = { readonly type: 'foreign'; readonly xid: number };

const CALL = 0;
const REPLY = 1;
const RPC_VERSION = 2;
const ACCEPTED = 0;
const DENIED = 1;
const acceptStates = [
  'success',
  'programUnavailable',
  'versionMismatch',
  'procedureUnavailable',
  'garbageArguments',
  'systemError',
] as const;
const denials = ['rpcMismatch', 'authenticationRefused'] as const;

/** RFC 5531, 8.2: "up to 400 bytes". */
const credentials = opaque(400);

export const encodeCall = ({ xid, program, version, procedure, args }: RpcCall): Uint8Array => {
  const writer = new ByteWriter();
  for (const word of [xid, CALL, RPC_VERSION, program, version, procedure]) writer.u32(word);
  for (const word of [0, 0, 0, 0]) writer.u32(word); // nobody: flavour and length, of credential and verifier
  writer.bytes(args);
  return writer.written;
};

/** Never throws. */
export const decodeCall = (bytes: Uint8Array): ({ readonly type: 'call' } & RpcCall) | ForeignCall | BadFrame =>
  decode(bytes, (reader) => {
    const xid = reader.u32();
    const direction = reader.u32();
    if (direction !== CALL) return bad(`message type ${direction} is no call`);
    if (reader.u32() !== RPC_VERSION) return { type: 'foreign', xid };
    const [program, version, procedure] = [reader.u32(), reader.u32(), reader.u32()];
    skipAuthentication(reader);
    skipAuthentication(reader);
    return { type: 'call', xid, program, version, procedure, args: reader.rest };
  });

export const encodeReply = ({ xid, outcome }: RpcReply): Uint8Array => {
  const writer = new ByteWriter();
  writer.u32(xid);
  writer.u32(REPLY);
  if (outcome.type === 'rpcMismatch' || outcome.type === 'authenticationRefused') {
    writer.u32(DENIED);
    writer.u32(denials.indexOf(outcome.type));
  } else {
    for (const word of [ACCEPTED, 0, 0, acceptStates.indexOf(outcome.type)]) writer.u32(word);
  }
  if (outcome.type === 'success') writer.bytes(outcome.results);
  if (outcome.type === 'authenticationRefused') writer.u32(outcome.status);
  if (outcome.type === 'versionMismatch' || outcome.type === 'rpcMismatch') {
    writer.u32(outcome.lowest);
    writer.u32(outcome.highest);
  }
  return writer.written;
};

/** Never throws. */
export const decodeReply = (bytes: Uint8Array): ({ readonly type: 'reply' } & RpcReply) | BadFrame =>
  decode(bytes, (reader) => {
    const xid = reader.u32();
    const direction = reader.u32();
    if (direction !== REPLY) return bad(`message type ${direction} is no reply`);
    const outcome = readOutcome(reader);
    return outcome.type === 'bad' ? outcome : { type: 'reply', xid, outcome };
  });

const readOutcome = (reader: ByteReader): RpcOutcome | BadFrame => {
  const isDenied = reader.u32() !== ACCEPTED;
  if (!isDenied) skipAuthentication(reader);
  const state = reader.u32();
  const type = (isDenied ? denials : acceptStates)[state];
  switch (type) {
    case undefined:
      return bad(`reply state ${state} is not known`);
    case 'success':
      return { type, results: reader.rest };
    case 'versionMismatch':
    case 'rpcMismatch':
      return { type, lowest: reader.u32(), highest: reader.u32() };
    case 'authenticationRefused':
      return { type, status: reader.u32() };
    default:
      return { type };
  }
};

const skipAuthentication = (reader: ByteReader): void => {
  u32.read(reader);
  credentials.read(reader);
};

const decode = <Message>(bytes: Uint8Array, read: (reader: ByteReader) => Message): Message | BadFrame => {
  try {
    return read(new ByteReader(bytes));
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return bad(`RPC message ${thrown.message}`);
  }
};

const bad = (problem: string): BadFrame => ({ type: 'bad', problem });
