import type { Codec } from '../codec.js';
import { encodeEnvelope } from './encode-envelope.js';
import { envelopeDecoder } from './envelope-decoder.js';
import { envelopeLimits, type Envelope } from './envelope.js';

/** Reads `#!`, DF02 and DF03, writes `#!`. */
export const envelopeCodec = (limits = envelopeLimits): Codec<Envelope> => ({
  encode: (envelope) => encodeEnvelope({ ...envelope, timeMs: envelope.time }),
  decode: envelopeDecoder(limits),
});
