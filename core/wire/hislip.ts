import type { BadFrame, Codec, Decode, Decoded } from '../codec.js';
import { noBytes, viewOf } from './bytes.js';
import { hislipTypes, type HislipType } from './hislip-tables.js';

/** One message of either channel. `type` as on the wire: it may be one that HiSLIP 1.x does not have. */
export type HislipMessage = {
  readonly type: number;
  readonly control: number;
  /** Unsigned, 32 bits: a message id, a session, a version. */
  readonly parameter: number;
  readonly payload: Uint8Array;
};

export const HISLIP_PORT = 4880;
export const HISLIP_HEADER_BYTES = 16;
/** Of the protocol that we speak: 1.0. */
export const HISLIP_VERSION = 0x0100;
/** Of those who have no vendor id of their own. */
export const HISLIP_VENDOR = 0x7878;
/** The customary largest message. */
export const HISLIP_MESSAGE_BYTES = 1 << 20;
/** Message ids begin here after connecting and after a device clear, and grow by 2. */
export const FIRST_MESSAGE_ID = 0xffffff00;
/** In a Data message: the instrument does not know which message asked. */
export const UNSPECIFIED_MESSAGE_ID = 0xffffffff;

/** The id of the message after; they begin at 0 again beyond 32 bits. */
export const nextMessageId = (id: number): number => (id + 2) >>> 0;

/** A message without what is 0 or empty. */
export const hislipMessage = (name: HislipType, rest: Partial<Omit<HislipMessage, 'type'>> = {}): HislipMessage => ({
  control: 0,
  parameter: 0,
  payload: noBytes,
  ...rest,
  type: hislipTypes[name],
});

const PROLOGUE = 0x4853; // "HS"

/** The bytes of one message. */
export const encodeHislip = ({ type, control, parameter, payload }: HislipMessage): Uint8Array => {
  const bytes = new Uint8Array(HISLIP_HEADER_BYTES + payload.length);
  const view = viewOf(bytes);
  view.setUint16(0, PROLOGUE);
  view.setUint8(2, type);
  view.setUint8(3, control);
  view.setUint32(4, parameter);
  view.setBigUint64(8, BigInt(payload.length));
  bytes.set(payload, HISLIP_HEADER_BYTES);
  return bytes;
};

/** Messages over the limit are skipped, and a bad frame stands in their place; a foreign header is fatal. */
export const hislipCodec = (maxPayloadBytes: number): Codec<HislipMessage> => {
  const decode: Decode<HislipMessage> = (bytes) => {
    const frames: (HislipMessage | BadFrame)[] = [];
    for (let at = 0; ;) {
      const rest = bytes.subarray(at);
      const problem = foreign(rest);
      if (problem !== undefined) return { frames: [...frames, problem], rest: noBytes, next: deaf };
      if (rest.length < HISLIP_HEADER_BYTES) return { frames, rest, need: rest.length < 2 ? 2 : HISLIP_HEADER_BYTES };
      const length = viewOf(rest).getBigUint64(8);
      if (length > maxPayloadBytes) return follow([...frames, tooLarge(length)], skip(length), rest);
      const end = HISLIP_HEADER_BYTES + Number(length);
      if (rest.length < end) return { frames, rest, need: end };
      frames.push(messageOf(rest.subarray(0, end)));
      at += end;
    }
  };

  /** Passes over the payload of a message that is too large, then goes on. */
  const skip =
    (length: bigint): Decode<HislipMessage> =>
    (bytes) => {
      const left = length - BigInt(bytes.length);
      if (left > 0n) return { frames: [], rest: noBytes, next: skip(left) };
      return { next: decode, ...decode(bytes.subarray(Number(length))) };
    };

  const tooLarge = (length: bigint): BadFrame => ({
    type: 'bad',
    problem: `a message of ${length} bytes is over the limit of ${maxPayloadBytes} bytes`,
  });

  return { encode: encodeHislip, decode };
};

/** What `decode` makes of the bytes behind the header, with `frames` before it. */
const follow = (
  frames: readonly (HislipMessage | BadFrame)[],
  decode: Decode<HislipMessage>,
  bytes: Uint8Array,
): Decoded<HislipMessage> => {
  const decoded = decode(bytes.subarray(HISLIP_HEADER_BYTES));
  return { ...decoded, frames: [...frames, ...decoded.frames] };
};

const deaf: Decode<HislipMessage> = () => ({ frames: [], rest: noBytes });

/** Told from the first two bytes: whoever sends a line of text is not left to wait. */
const foreign = (bytes: Uint8Array): BadFrame | undefined => {
  if (bytes.length < 2) return undefined;
  const prologue = viewOf(bytes).getUint16(0);
  if (prologue === PROLOGUE) return undefined;
  const shown = prologue.toString(16).padStart(4, '0');
  return { type: 'bad', problem: `a HiSLIP header begins with 4853 ("HS"), not with ${shown}`, isFatal: true };
};

const messageOf = (bytes: Uint8Array): HislipMessage => {
  const view = viewOf(bytes);
  return {
    type: view.getUint8(2),
    control: view.getUint8(3),
    parameter: view.getUint32(4),
    payload: bytes.subarray(HISLIP_HEADER_BYTES),
  };
};
