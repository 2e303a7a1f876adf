import type { Connector, ConnectorKind } from '../../core/connector.js';
import { encodeEnvelope } from '../../core/wire/encode-envelope.js';
import { envelopeDecoder } from '../../core/wire/envelope-decoder.js';
import { envelopeLimits, type Envelope, type MetaCoding } from '../../core/wire/envelope.js';
import { attach } from '../attach.js';
import { onlineDialect, type OnlineFrame } from '../dialects/online.js';
import { Exchange } from '../exchange.js';
import { TcpServer } from '../transports/tcp-server.js';
import { optionsSchema, readOptions } from './options.js';

/** Online reads a burst in one go; longer ones come to it in parts, which it does not put together well. */
const MAX_BURST_BYTES = 16_384;

/** DataForge Envelopes over TCP, in Online's words. */
export const envelopeTcpKind: ConnectorKind = {
  optionsSchema,
  create: (rawOptions, { name, bus, clock, log: stationLog }): Connector => {
    const options = readOptions(rawOptions);
    const log = stationLog.child({ connector: name });
    const { meta: metaCoding, maxMetaBytes, maxDataBytes, outboxBytes: maxOutboxBytes } = options;
    const exchange = new Exchange<OnlineFrame>({
      connector: name,
      dialectName: 'online',
      dialect: onlineDialect(options),
      encode: onlineEncoder(metaCoding),
      bus,
      clock,
      log,
      maxBurstBytes: MAX_BURST_BYTES,
      maxOutboxBytes,
    });
    const decode = envelopeDecoder({ ...envelopeLimits, maxMetaBytes, maxDataBytes });
    const server = new TcpServer({
      ...options,
      clock,
      log,
      onConnection: (socket, peer) => {
        attach(socket, { peer, exchange, decode, toFrame, log });
      },
    });
    return {
      start: async () => [{ name, url: await server.start() }],
      stop: async () => {
        exchange.close();
        await server.stop();
      },
      peers: () => exchange.peers(),
    };
  },
};

/** Commands have no use for the data of their Envelope. */
const toFrame = ({ meta, time }: Envelope): OnlineFrame => ({ meta, timeMs: time });

/** The busy answer is the same object each time, so within a millisecond it is the same message, too. */
export const onlineEncoder = (metaCoding: MetaCoding): ((frame: OnlineFrame) => Uint8Array) => {
  let last: (OnlineFrame & { readonly bytes: Uint8Array }) | undefined;
  return ({ meta, timeMs }) => {
    if (last?.meta === meta && last.timeMs === timeMs) return last.bytes;
    const bytes = encodeEnvelope({ meta, timeMs, metaCoding });
    last = { meta, timeMs, bytes };
    return bytes;
  };
};
