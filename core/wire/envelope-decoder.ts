import type { BadFrame, Decode, Decoded } from '../codec.js';
import { noBytes, viewOf } from './bytes.js';
import { ENVELOPE_TYPE, findOpening, readHeader, type EnvelopeHeader } from './envelope-header.js';
import { decodeMeta, metaCodingOf } from './envelope-meta.js';
import type { Envelope, EnvelopeLimits, MetaCoding } from './envelope.js';

/** A refused length up to this many times its limit is believed and skipped by count, so that what the data hold is not
 *  taken for messages; a larger one is chance, and believing it would leave the peer deaf. */
const BELIEVED_TIMES = 4;

export type EnvelopeDecoderOptions = {
  /** `false`, for readers that have no use for data: they pass by count and are empty in the Envelope, which comes when its
   *  data have passed. A peer then costs no more memory than its meta. */
  readonly keepsData?: boolean;
};

/** Takes messages by their lengths. Of a stretch of rubbish one bad frame tells, as soon as it is seen: it begins where
 *  no header stands, or one that cannot be believed, and ends at the next header. */
export const envelopeDecoder = (
  limits: EnvelopeLimits,
  { keepsData = true }: EnvelopeDecoderOptions = {},
): Decode<Envelope> => {
  const decode = (bytes: Uint8Array, startsInRubbish: boolean): Decoded<Envelope> => {
    const frames: (Envelope | BadFrame)[] = [];
    const view = viewOf(bytes);
    let inRubbish = startsInRubbish;
    let at = 0;
    const waitFor = (need: number): Decoded<Envelope> => {
      return { frames, rest: bytes.subarray(at), need, next: inRubbish ? rubbish : messages };
    };

    while (at < bytes.length) {
      const header = readHeader(view, at);
      if (header.type === 'incomplete') return waitFor(header.need);
      if (header.type === 'rubbish') {
        if (!inRubbish) frames.push(bad(`no Envelope begins with the byte ${hex(view.getUint8(at), 2)}`));
        inRubbish = true;
        at = findOpening(bytes, at + 1);
        continue;
      }
      const keptBytes = header.headerBytes + header.metaBytes + (keepsData ? header.dataBytes : 0);
      const size = header.headerBytes + header.metaBytes + header.dataBytes;
      const coding = accept(header, limits);
      const isRefused = typeof coding !== 'string';
      if (!isRefused && at + keptBytes > bytes.length) return waitFor(keptBytes);
      const frame = isRefused ? coding : readMessage(bytes.subarray(at, at + keptBytes), { header, coding, limits });
      if (!isRefused && at + size > bytes.length)
        return { frames, rest: noBytes, next: skip(at + size - bytes.length, frame) };
      frames.push(frame);
      inRubbish = !isBelievable(header, limits);
      at += inRubbish ? header.headerBytes : size;
    }
    return { frames, rest: noBytes, next: inRubbish ? rubbish : skip(at - bytes.length) };
  };

  const messages: Decode<Envelope> = (bytes) => decode(bytes, false);
  const rubbish: Decode<Envelope> = (bytes) => decode(bytes, true);

  /** Drops the next `count` bytes, of a message that its header has already refused, or of data that nobody keeps: `frame`
   *  comes when they have passed. */
  const skip = (count: number, frame?: Envelope | BadFrame): Decode<Envelope> => {
    if (count === 0) return messages;
    return (bytes) => {
      if (bytes.length < count) return { frames: [], rest: noBytes, next: skip(count - bytes.length, frame) };
      const decoded = decode(bytes.subarray(count), false);
      return frame === undefined ? decoded : { ...decoded, frames: [frame, ...decoded.frames] };
    };
  };

  return messages;
};

/** The coding of the meta, or why the message cannot be taken: all that its header can tell. */
const accept = (header: EnvelopeHeader, { maxMetaBytes, maxDataBytes }: EnvelopeLimits): MetaCoding | BadFrame => {
  const { envelopeType, metaType, metaBytes, dataBytes } = header;
  if (envelopeType !== ENVELOPE_TYPE) return bad(`header type ${hex(envelopeType, 8)} is not ${hex(ENVELOPE_TYPE, 8)}`);
  if (metaBytes > maxMetaBytes) return bad(`meta of ${metaBytes} bytes is over the limit of ${maxMetaBytes} bytes`);
  if (dataBytes > maxDataBytes) return bad(`data of ${dataBytes} bytes is over the limit of ${maxDataBytes} bytes`);
  const { coding, name } = metaCodingOf(header);
  return coding ?? bad(`meta coding ${name} (${hex(metaType, 4)}) is not read here, JSON is`);
};

const isBelievable = (header: EnvelopeHeader, { maxMetaBytes, maxDataBytes }: EnvelopeLimits): boolean =>
  header.metaBytes <= BELIEVED_TIMES * maxMetaBytes && header.dataBytes <= BELIEVED_TIMES * maxDataBytes;

type Accepted = { readonly header: EnvelopeHeader; readonly coding: MetaCoding; readonly limits: EnvelopeLimits };

const readMessage = (message: Uint8Array, { header, coding, limits }: Accepted): Envelope | BadFrame => {
  const dataStart = header.headerBytes + header.metaBytes;
  const meta = decodeMeta(message.subarray(header.headerBytes, dataStart), coding, limits.maxDepth);
  if (meta.type === 'bad') return meta;
  const data = message.length === dataStart ? noBytes : message.subarray(dataStart);
  return { type: 'envelope', meta: meta.value, metaCoding: coding, data, dataType: header.dataType, time: header.time };
};

const bad = (problem: string): BadFrame => ({ type: 'bad', problem });

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
