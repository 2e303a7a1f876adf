import {
  decodeCall,
  encodeReply,
  NULL_PROCEDURE,
  type RpcCall,
  type RpcOutcome,
  type RpcProcedure,
} from '../../../core/wire/onc-rpc.js';
import { decodeXdr, encodeXdr } from '../../../core/wire/xdr.js';

/** One procedure as it is served: XDR in, how it ended out. */
export type ServedProcedure = readonly [number: number, serve: (args: Uint8Array) => Promise<RpcOutcome>];

/** One program as a server offers it. */
export type RpcProgram = {
  readonly program: number;
  readonly version: number;
  readonly procedures: ReadonlyMap<number, ServedProcedure[1]>;
};

/** A procedure of a table, with what it does. */
export const served = <Args, Result>(
  { number, args, result }: RpcProcedure<Args, Result>,
  run: (args: Args) => Result | Promise<Result>,
): ServedProcedure => [
  number,
  async (bytes) => {
    const decoded = decodeXdr(args, bytes);
    if (decoded.type === 'bad') return { type: 'garbageArguments' };
    return { type: 'success', results: encodeXdr(result, await run(decoded.value)) };
  },
];

/** The reply to one message; undefined: it is no call, and there is nobody to answer. Rejects when a procedure throws. */
export const answerCall = async (
  programs: readonly RpcProgram[],
  message: Uint8Array,
): Promise<Uint8Array | undefined> => {
  const call = decodeCall(message);
  if (call.type === 'bad') return undefined;
  const outcome: RpcOutcome =
    call.type === 'foreign' ? { type: 'rpcMismatch', lowest: 2, highest: 2 } : await outcomeOf(programs, call);
  return encodeReply({ xid: call.xid, outcome });
};

const outcomeOf = async (programs: readonly RpcProgram[], call: RpcCall): Promise<RpcOutcome> => {
  const found = programs.find(({ program }) => program === call.program);
  if (found === undefined) return { type: 'programUnavailable' };
  const { version } = found;
  if (version !== call.version) return { type: 'versionMismatch', lowest: version, highest: version };
  if (call.procedure === NULL_PROCEDURE) return { type: 'success', results: new Uint8Array(0) };
  const serve = found.procedures.get(call.procedure);
  return serve === undefined ? { type: 'procedureUnavailable' } : serve(call.args);
};
