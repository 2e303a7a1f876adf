import type { Duplex } from 'node:stream';
import { HardwareError } from '../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import { noBytes, viewOf } from '../../../core/wire/bytes.js';
import {
  HISLIP_HEADER_BYTES,
  HISLIP_MESSAGE_BYTES,
  HISLIP_VENDOR,
  HISLIP_VERSION,
  hislipMessage,
} from '../../../core/wire/hislip.js';
import { canonicalResource } from '../../../core/wire/visa-resource.js';
import { HislipChannel } from './hislip-channel.js';
import { HislipSession } from './hislip-session.js';
import { latin1Bytes } from '../program-text.js';
import { MAX_ANSWER_BYTES, type RoadKind } from '../road.js';
import { openTcpStream, type OpenTcpStream } from '../tcp-stream.js';

const OVERLAP = 1;

export type HislipAddress = {
  readonly name: string;
  readonly bus: string;
  readonly subAddress: string;
  readonly settings: Pick<LinkSettings, 'writeTermination' | 'readTermination'>;
};

/** Opens both channels of a session. Errors: DISCONNECTED with the words of the instrument, TIMEOUT. */
export const openHislip = async (
  { name, bus, subAddress, settings }: HislipAddress,
  connect: () => Promise<Duplex>,
  { clock }: Pick<LinksContext, 'clock'>,
  call: Call,
): Promise<HislipSession> => {
  const channels: HislipChannel[] = [];
  const open = async (which: string): Promise<HislipChannel> => {
    const stream = await connect();
    const maxMessageBytes = MAX_ANSWER_BYTES;
    const channel = new HislipChannel({ name: `${name}, ${which} channel`, stream, clock, maxMessageBytes });
    channels.push(channel);
    return channel;
  };
  try {
    const sync = await open('synchronous');
    const { sessionId, mode } = await initialise(sync, subAddress, call);
    const async = await open('asynchronous');
    await async.send(hislipMessage('asyncInitialize', { parameter: sessionId }), call);
    await async.expect('asyncInitializeResponse', call);
    const pieceBytes = await exchangeSizes(async, call);
    const { writeTermination, readTermination } = settings;
    const session = new HislipSession({
      ...{ name, bus, clock, sync, async, mode, pieceBytes, maxAnswerBytes: MAX_ANSWER_BYTES },
      writeTermination: writeTermination === undefined ? noBytes : latin1Bytes(writeTermination),
      readTermination: latin1Bytes(readTermination ?? '\n'),
    });
    // Asks for the mode in which answers have the id of their question; an instrument may insist on the other.
    if (mode === 'overlap') await session.clear(call);
    return session;
  } catch (thrown) {
    await Promise.all(channels.map((channel) => channel.close()));
    throw thrown;
  }
};

const initialise = async (
  sync: HislipChannel,
  subAddress: string,
  call: Call,
): Promise<{ readonly sessionId: number; readonly mode: 'synchronized' | 'overlap' }> => {
  const parameter = ((HISLIP_VERSION << 16) | HISLIP_VENDOR) >>> 0;
  await sync.send(hislipMessage('initialize', { parameter, payload: latin1Bytes(subAddress) }), call);
  const answer = await sync.expect('initializeResponse', call);
  return {
    sessionId: answer.parameter & 0xffff,
    mode: (answer.control & OVERLAP) === 0 ? 'synchronized' : 'overlap',
  };
};

/** Tells how much we take, and gives how many bytes of payload go into one message to the instrument. */
const exchangeSizes = async (async: HislipChannel, call: Call): Promise<number> => {
  const payload = new Uint8Array(8);
  viewOf(payload).setBigUint64(0, BigInt(HISLIP_MESSAGE_BYTES));
  await async.send(hislipMessage('asyncMaxMessageSize', { payload }), call);
  const answer = await async.expect('asyncMaxMessageSizeResponse', call);
  if (answer.payload.length < 8) throw new HardwareError('DISCONNECTED', 'the largest HiSLIP message has no size');
  const theirs = viewOf(answer.payload).getBigUint64(0);
  const messageBytes = theirs < HISLIP_MESSAGE_BYTES ? Number(theirs) : HISLIP_MESSAGE_BYTES;
  return Math.max(messageBytes - HISLIP_HEADER_BYTES, 1); // the header counted in: nobody says whether it is
};

/** HiSLIP; `openTcp` is another in tests. */
export const createHislipRoad = (openTcp: OpenTcpStream = openTcpStream): RoadKind => ({
  form: 'TCPIP::<host>::hislip0[,<port>]::INSTR',
  claims: ({ type }) => type === 'hislip',
  open: async (resource, settings, { clock }, call) => {
    if (resource.type !== 'hislip') throw new Error(`HiSLIP cannot reach a resource of type ${resource.type}`);
    const { host, port, device } = resource;
    const address = {
      name: `${host}:${port} ${device}`,
      bus: canonicalResource(resource),
      subAddress: device,
      settings,
    };
    return openHislip(address, () => openTcp(host, port, clock, call), { clock }, call);
  },
});

export const hislipRoad: RoadKind = createHislipRoad();
