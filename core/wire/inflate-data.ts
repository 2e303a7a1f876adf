import type { BadFrame } from '../codec.js';
import { isJsonObject } from '../json-value.js';
import type { Envelope } from './envelope.js';

/** Inflates a zlib stream (RFC 1950); rejects what is none and what would give more than `maxBytes`. */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array>;

/** The Envelope with plain data: as it is, or inflated, and then without the `compression` in its meta. */
export const inflateData = async (
  envelope: Envelope,
  inflate: Inflate,
  maxBytes: number,
): Promise<Envelope | BadFrame> => {
  if (!isJsonObject(envelope.meta)) return envelope;
  const { compression, ...meta } = envelope.meta;
  if (compression === undefined) return envelope;
  if (compression !== 'zlib')
    return { type: 'bad', problem: `compression ${shown(compression)} is not known, zlib is` };
  try {
    return { ...envelope, meta, data: await inflate(envelope.data, maxBytes) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { type: 'bad', problem: `data is not a zlib stream of at most ${maxBytes} bytes: ${reason}` };
  }
};

const shown = (value: unknown): string =>
  typeof value === 'string' ? `"${value.slice(0, 20)}"` : `of type ${typeof value}`;
