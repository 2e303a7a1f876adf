import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HardwareError } from '../../../core/errors.js';
import type { LinksContext } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import { within } from '../../../core/within.js';
import { VXI11_CORE } from '../../../core/wire/vxi11.js';
import { lookUpPort } from './portmapper-lookup.js';
import type { RoadKind } from '../road.js';
import { RpcClient } from './rpc-client.js';
import { openTcpStream, type OpenTcpStream } from '../tcp-stream.js';
import { askOverUdp, type AskOverUdp } from '../udp-question.js';
import { Vxi11Abort } from './vxi11-abort.js';
import { Vxi11Road } from './vxi11-conversation.js';
import { openInterruptPort, type OpenInterruptPort } from './vxi11-interrupts.js';
import { createVxi11Link, Vxi11Link, type OpenedLink } from './vxi11-link.js';
import { serviceRequestsOf } from './vxi11-service-requests.js';
import { vxi11Target } from './vxi11-target.js';

/** How it reaches the network; tests hand in what is played. */
export type Vxi11Network = {
  readonly openTcp?: OpenTcpStream;
  readonly askUdp?: AskOverUdp;
  readonly openPort?: OpenInterruptPort;
  /** Default 111. */
  readonly portmapperPort?: number;
};

/** A piece of an answer is 64 KiB; some instruments fill up what they send. */
const MAX_RECORD_BYTES = 1 << 20;

/** VXI-11, also through a LAN/GPIB gateway. */
export const createVxi11Road = (network: Vxi11Network = {}): RoadKind => {
  const { openTcp = openTcpStream, askUdp = askOverUdp, openPort = openInterruptPort, portmapperPort } = network;
  return {
    form: 'TCPIP::<host>[,<port>][::<device>][::INSTR], GPIB through the VXI-11 gateway that station.gpib names for the board',
    claims: (resource, context) => vxi11Target(resource, context) !== undefined,
    open: async (resource, settings, context, call) => {
      const target = vxi11Target(resource, context);
      if (target === undefined) throw new HardwareError('BAD_ARGUMENT', 'this is no instrument that speaks VXI-11');
      const { host, device, bus } = target;
      const { clock, random, log } = context;
      const lookup = { openTcp, askUdp, clock, ...(portmapperPort === undefined ? {} : { port: portmapperPort }) };
      const port = target.port ?? (await lookUpPort(host, VXI11_CORE, lookup, call));
      const name = `${host}:${port}`;
      const stream = await openTcp(host, port, clock, call);
      const client = new RpcClient({ stream, name, program: VXI11_CORE, clock, maxRecordBytes: MAX_RECORD_BYTES });
      const opened = await openLink(client, device, context, call);
      const { lid, abortPort } = opened;
      const abort = new Vxi11Abort({ host, port: abortPort, lid, openTcp, clock });
      const localHost = addressOf(stream);
      return new Vxi11Road({
        bus,
        client,
        link: new Vxi11Link({ client, opened, clock, abort: () => abort.abort() }),
        abort,
        serviceRequests: serviceRequestsOf({ client, lid, localHost, openPort, random, log }),
        settings,
      });
    },
  };
};

const openLink = async (
  client: RpcClient,
  device: string,
  { clock, random }: LinksContext,
  { signal, deadline }: Call,
): Promise<OpenedLink> => {
  const ms = Math.max(0, deadline - clock.monotonic());
  const clientId = Math.floor(0x7fff_ffff * random());
  const late = (): Error => new HardwareError('TIMEOUT', `it gave no link to "${device}" within ${Math.round(ms)} ms`);
  try {
    return await within(clock, createVxi11Link(client, { device, clientId }), { ms, late, signal });
  } catch (thrown) {
    await client.close();
    throw thrown;
  }
};

/** Where the instrument can reach us. */
const addressOf = (stream: Duplex): string =>
  (stream instanceof Socket ? stream.localAddress : undefined) ?? '127.0.0.1';

export const vxi11Road: RoadKind = createVxi11Road();
