import type { Duplex } from 'node:stream';
import type { PartContext, PeerReport } from '../../core/connector.js';
import { encodeEnvelope } from '../../core/wire/encode-envelope.js';
import { envelopeDecoder } from '../../core/wire/envelope-decoder.js';
import { envelopeLimits, type Envelope, type MetaCoding } from '../../core/wire/envelope.js';
import { attach } from '../attach.js';
import { onlineDialect, type OnlineFrame } from '../dialects/online.js';
import { Exchange } from '../exchange.js';
import type { EnvelopeTcpOptions } from './options.js';
import { refusingHttp } from './refuse-http.js';

/** Online reads a burst in one go; a longer one comes to it in parts, which it does not put together well. */
const MAX_BURST_BYTES = 16_384;

/** Everyone who speaks Online's words in Envelopes, over whatever moves the bytes. */
export type OnlineEnvelopes = {
  /** The stream is a client from now on, until it closes. */
  readonly join: (stream: Duplex, peer: string) => void;
  readonly peers: () => readonly PeerReport[];
  readonly close: () => void;
};

export const onlineEnvelopes = (
  options: EnvelopeTcpOptions,
  { name, bus, clock, log }: PartContext,
): OnlineEnvelopes => {
  const { meta, maxMetaBytes, maxDataBytes, outboxBytes } = options;
  const exchange = new Exchange<OnlineFrame>({
    connector: name,
    dialectName: 'online',
    dialect: onlineDialect(options),
    encode: encoder(meta),
    bus,
    clock,
    log,
    maxBurstBytes: MAX_BURST_BYTES,
    maxOutboxBytes: outboxBytes,
  });
  const decode = refusingHttp(envelopeDecoder({ ...envelopeLimits, maxMetaBytes, maxDataBytes }, { keepsData: false }));
  return {
    join: (stream, peer) => {
      attach(stream, { peer, exchange, decode, toFrame, log });
    },
    peers: () => exchange.peers(),
    close: () => {
      exchange.close();
    },
  };
};

/** Commands have no use for the data of their Envelope. */
const toFrame = ({ meta, time }: Envelope): OnlineFrame => ({ meta, timeMs: time });

/** The busy answer is the same object each time, so within a millisecond it is the same message, too. */
const encoder = (metaCoding: MetaCoding): ((frame: OnlineFrame) => Uint8Array) => {
  let last: (OnlineFrame & { readonly bytes: Uint8Array }) | undefined;
  return ({ meta, timeMs }) => {
    if (last?.meta === meta && last.timeMs === timeMs) return last.bytes;
    const bytes = encodeEnvelope({ meta, timeMs, metaCoding });
    last = { meta, timeMs, bytes };
    return bytes;
  };
};
