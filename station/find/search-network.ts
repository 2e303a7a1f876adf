import { sleep, type Clock } from '../../core/clock.js';
import { toProblem } from '../../core/errors.js';
import { decodeReply, encodeCall } from '../../core/wire/onc-rpc.js';
import { getPort, IP_TCP, PORTMAPPER, PORTMAPPER_PORT } from '../../core/wire/portmapper.js';
import { VXI11_CORE } from '../../core/wire/vxi11.js';
import { decodeXdr, encodeXdr } from '../../core/wire/xdr.js';
import type { Random } from '../../core/random.js';
import { Announcements, type Announcement } from './announcements.js';
import { broadcastOf, isNear, type LocalAddress } from './interfaces.js';
import type { Datagram, OpenUdp } from './udp.js';

export type NetworkSearch = {
  readonly clock: Clock;
  readonly random: Random;
  readonly openUdp: OpenUdp;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** What went wrong at one address of ours; the others go on. */
  readonly onProblem: (problem: string) => void;
};

/** RFC 6762, 3. */
const MDNS = { address: '224.0.0.251', port: 5353 };
/** Datagrams get lost, and answers wait up to 120 ms so that not all come at once. */
const REPEAT_MS = 300;
/** A network has a hundred instruments. */
const MAX_HOSTS = 1_024;
const MAX_DATAGRAMS = 4_096;

/** Everything that LXI instruments near this address announce by multicast DNS. Never rejects. */
export const searchMdns = async (
  local: LocalAddress,
  search: NetworkSearch,
  mdns: { readonly address: string; readonly port: number } = MDNS,
): Promise<readonly Announcement[]> => {
  const announcements = new Announcements((address) => isNear(local, address));
  await overUdp(local.address, search, {
    // An answer comes from the port of multicast DNS; what comes from another one is none (RFC 6762, 6).
    onDatagram: ({ bytes, address, port }) => {
      if (port === mdns.port) announcements.take(bytes, address);
    },
    say: (send, round) => {
      const { openQuestion, question } = announcements;
      if (round < 3) send(question, mdns.port, mdns.address);
      if (openQuestion !== undefined) send(openQuestion, mdns.port, mdns.address);
    },
  });
  return announcements.found;
};

/** The hosts near this address whose portmapper knows of VXI-11. Never rejects. */
export const searchPortmappers = async (
  local: LocalAddress,
  search: NetworkSearch,
  port: number = PORTMAPPER_PORT,
): Promise<readonly string[]> => {
  const hosts = new Set<string>();
  const xid = Math.floor(search.random() * 2 ** 32);
  const args = encodeXdr(getPort.args, { ...VXI11_CORE, protocol: IP_TCP, port: 0 });
  const question = encodeCall({ xid, ...PORTMAPPER, procedure: getPort.number, args });
  await overUdp(local.address, search, {
    onDatagram: ({ bytes, address }) => {
      if (hosts.size < MAX_HOSTS && isNear(local, address) && isServed(bytes, xid)) hosts.add(address);
    },
    say: (send, round) => {
      if (round < 2) send(question, port, broadcastOf(local));
    },
  });
  return [...hosts];
};

const isServed = (datagram: Uint8Array, xid: number): boolean => {
  const reply = decodeReply(datagram);
  if (reply.type === 'bad' || reply.xid !== xid || reply.outcome.type !== 'success') return false;
  const decoded = decodeXdr(getPort.result, reply.outcome.results);
  return decoded.type !== 'bad' && decoded.value >= 1 && decoded.value <= 65_535;
};

type Exchange = {
  readonly onDatagram: (datagram: Datagram) => void;
  readonly say: (send: (bytes: Uint8Array, port: number, host: string) => void, round: number) => void;
};

/** Asks again and again until the time is over. */
const overUdp = async (
  address: string,
  { clock, openUdp, limitMs, signal, onProblem }: NetworkSearch,
  { onDatagram, say }: Exchange,
): Promise<void> => {
  const until = clock.monotonic() + limitMs;
  let datagrams = 0;
  try {
    const port = await openUdp(address, (datagram) => {
      datagrams += 1;
      if (datagrams <= MAX_DATAGRAMS) onDatagram(datagram);
    });
    try {
      for (let round = 0; clock.monotonic() < until; round += 1) {
        say(port.send, round);
        await sleep(clock, Math.min(REPEAT_MS, until - clock.monotonic()), signal);
      }
    } finally {
      await port.close();
    }
  } catch (thrown) {
    if (!signal.aborted) onProblem(`nothing can be asked from ${address}: ${toProblem(thrown).message}`);
  }
};
