import type { Json } from '../json-value.js';

/** How the meta is written: JSON text or a Qt QVariantMap. */
export type MetaCoding = 'json' | 'qdatastream';

/** A DataForge Envelope: docs/protocols/envelope.md. */
export type Envelope = {
  readonly type: 'envelope';
  /** Commands are objects; other JSON values pass, so that the dialect can say what it expected. */
  readonly meta: Json;
  readonly metaCoding: MetaCoding;
  /** A view into the received memory: copy what is kept. Still deflated if the meta says so, see `inflateData`. */
  readonly data: Uint8Array;
  readonly dataType: number;
  /** 32 bits of the sender's clock: epoch ms from dfparser, s from Online, 0 from DF02 and DF03. To look at, no more. */
  readonly time: number;
};

export type EnvelopeLimits = {
  readonly maxMetaBytes: number;
  readonly maxDataBytes: number;
  /** How deep arrays and objects of the meta may nest. */
  readonly maxDepth: number;
};

export const envelopeLimits: EnvelopeLimits = { maxMetaBytes: 2 ** 16, maxDataBytes: 2 ** 26, maxDepth: 64 };
