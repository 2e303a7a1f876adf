import type { Clock } from '../../../core/clock.js';
import { HardwareError, toProblem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { decodeReply, encodeCall, rpcRefusals } from '../../../core/wire/onc-rpc.js';
import { getPort, IP_TCP, PORTMAPPER, PORTMAPPER_PORT } from '../../../core/wire/portmapper.js';
import { decodeXdr, encodeXdr } from '../../../core/wire/xdr.js';
import { endingAt } from '../ending-at.js';
import { RpcClient } from './rpc-client.js';
import type { OpenTcpStream } from '../tcp-stream.js';
import type { AskOverUdp } from '../udp-question.js';

export type PortmapperLookup = {
  readonly openTcp: OpenTcpStream;
  readonly askUdp: AskOverUdp;
  readonly clock: Clock;
  /** Default 111. */
  readonly port?: number;
};

type Program = { readonly program: number; readonly version: number };

const MAX_RECORD_BYTES = 1024;
/** TCP may be filtered without a word: UDP gets the other half of the time. */
const TCP_SHARE = 0.5;
const XID = 1;

/** The TCP port of a program on a host, as its portmapper says over TCP, else over UDP. Errors: DISCONNECTED when there is none. */
export const lookUpPort = async (
  host: string,
  program: Program,
  lookup: PortmapperLookup,
  call: Call,
): Promise<number> => {
  const { clock } = lookup;
  const now = clock.monotonic();
  const viaTcp = endingAt(call, now + TCP_SHARE * (call.deadline - now));
  const port = await askTcp(host, program, lookup, viaTcp).catch(async (overTcp: unknown) => {
    if (call.signal.aborted) throw overTcp;
    return askUdp(host, program, lookup, call).catch((overUdp: unknown) => {
      if (call.signal.aborted) throw overUdp;
      throw noPortmapper(host, overTcp, overUdp);
    });
  });
  if (port >= 1 && port <= 65_535) return port;
  throw new HardwareError('DISCONNECTED', `${host} does not serve VXI-11: is it switched on in its LAN settings?`);
};

const question = ({ program, version }: Program) => ({ program, version, protocol: IP_TCP, port: 0 });

const askTcp = async (host: string, program: Program, lookup: PortmapperLookup, call: Call): Promise<number> => {
  const { openTcp, clock, port = PORTMAPPER_PORT } = lookup;
  const stream = await openTcp(host, port, clock, call);
  const client = new RpcClient({
    stream,
    name: `${host}:${port}`,
    program: PORTMAPPER,
    clock,
    maxRecordBytes: MAX_RECORD_BYTES,
  });
  const giveUp = (): void => {
    void client.close();
  };
  call.signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await client.call(getPort, question(program), Math.max(0, call.deadline - clock.monotonic()));
  } finally {
    call.signal.removeEventListener('abort', giveUp);
    await client.close();
  }
};

const askUdp = async (host: string, program: Program, lookup: PortmapperLookup, call: Call): Promise<number> => {
  const { askUdp: ask, clock, port = PORTMAPPER_PORT } = lookup;
  const args = encodeXdr(getPort.args, question(program));
  const message = encodeCall({ xid: XID, ...PORTMAPPER, procedure: getPort.number, args });
  const isAnswer = (datagram: Uint8Array): boolean => {
    const reply = decodeReply(datagram);
    return reply.type === 'reply' && reply.xid === XID;
  };
  const reply = decodeReply(await ask({ host, port, message, isAnswer }, clock, call));
  if (reply.type === 'bad') throw new HardwareError('DEVICE_FAULT', reply.problem);
  const { outcome } = reply;
  if (outcome.type !== 'success') throw new HardwareError('DEVICE_FAULT', rpcRefusals[outcome.type]);
  const decoded = decodeXdr(getPort.result, outcome.results);
  if (decoded.type === 'bad') throw new HardwareError('DEVICE_FAULT', decoded.problem);
  return decoded.value;
};

const noPortmapper = (host: string, overTcp: unknown, overUdp: unknown): HardwareError =>
  new HardwareError(
    'DISCONNECTED',
    `no portmapper answers at ${host} (${toProblem(overTcp).message}; ${toProblem(overUdp).message}): is the instrument ` +
      `switched on, does it speak VXI-11? Where its port is known: TCPIP::${host},PORT::inst0::INSTR`,
  );
