import type { Json } from '../json-value.js';
import { noBytes, viewOf } from './bytes.js';
import { ENVELOPE_TYPE, HEADER_BYTES } from './envelope-header.js';
import { encodeVariantMeta, metaTypes, printMeta } from './envelope-meta.js';
import type { MetaCoding } from './envelope.js';
import { slabAllocator } from './slab.js';

export type EnvelopeToSend = {
  readonly meta: Json;
  /** Sent as it is: whoever puts `"compression": "zlib"` into the meta hands in deflated data. */
  readonly data?: Uint8Array;
  readonly dataType?: number;
  /** Epoch milliseconds; the header holds the low 32 bits. */
  readonly timeMs: number;
  readonly metaCoding: MetaCoding;
};

const utf8 = new TextEncoder();
const allocate = slabAllocator();

/** One `#!` message, to the byte as dfparser writes it; short ones share a slab of memory. Throws RangeError for NaN and
 *  infinity. */
export const encodeEnvelope = (envelope: EnvelopeToSend): Uint8Array => {
  if (envelope.metaCoding === 'json') {
    const text = printMeta(envelope.meta);
    const bytes = frame(envelope, text.length);
    utf8.encodeInto(text, bytes.subarray(HEADER_BYTES));
    return bytes;
  }
  const meta = encodeVariantMeta(envelope.meta);
  const bytes = frame(envelope, meta.length);
  bytes.set(meta, HEADER_BYTES);
  return bytes;
};

/** Header and data in place, room for the meta between them. */
const frame = ({ metaCoding, timeMs, dataType = 0, data = noBytes }: EnvelopeToSend, metaBytes: number): Uint8Array => {
  const bytes = allocate(HEADER_BYTES + metaBytes + data.length);
  const view = viewOf(bytes);
  view.setUint16(0, 0x2321); // #!
  view.setUint32(2, ENVELOPE_TYPE);
  view.setUint32(6, timeMs);
  view.setUint32(10, metaTypes[metaCoding]);
  view.setUint32(14, metaBytes);
  view.setUint32(18, dataType);
  view.setUint32(22, data.length);
  view.setUint32(26, 0x21230d0a); // !#\r\n
  if (data.length > 0) bytes.set(data, HEADER_BYTES + metaBytes);
  return bytes;
};
