import type { PartContext } from '../../core/connector.js';
import { problem, type Problem } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import { parseJson } from '../../core/wire/json.js';
import { printJson } from '../../core/wire/print-json.js';
import { onlineDialect, type OnlineFrame, type OnlineOptions } from '../dialects/online.js';
import { Exchange } from '../exchange.js';
import { textFrame } from '../transports/ws-frame.js';
import { MAX_BURST_BYTES, type Endpoint } from './endpoint.js';

export type ChannelOptions = OnlineOptions;

/** The meta of a command; Online's are below 200 bytes. */
const MAX_META_LENGTH = 65_536;
const PATH = '/channel';

/** `/channel` of the original HV server, for its web page: the meta of each Envelope alone, one a text message. The page
 *  connects to `channel` beside itself, so behind a proxy that serves it under `/x/` the path is `/x/channel`. */
export const channelEndpoint = (context: PartContext, options: ChannelOptions, maxOutboxBytes: number): Endpoint => {
  const { name, bus, clock, log } = context;
  const exchange = new Exchange<OnlineFrame>({
    connector: name,
    dialectName: 'online',
    dialect: onlineDialect(options),
    encode: ({ meta }) => textFrame(printMeta(meta)),
    bus,
    clock,
    log,
    maxBurstBytes: MAX_BURST_BYTES,
    maxOutboxBytes,
  });
  return {
    name: 'channel',
    path: PATH,
    claims: (path) => path.endsWith(PATH),
    join: (peerName, sink) => {
      const peer = exchange.join(peerName, sink);
      return {
        outbox: peer.outbox,
        onText: (text) => {
          const read = readMeta(text);
          if ('problem' in read) exchange.refuse(peer, read.problem);
          else exchange.receive(peer, { meta: read.meta, timeMs: clock.now() });
        },
        // The original lost the connection here; a mistake is answered and survived.
        onBinary: (size) => {
          exchange.refuse(peer, problem('BAD_MESSAGE', `binary message of ${size} bytes`));
        },
        onChunkEnd: () => {
          exchange.flush();
        },
        onClosed: () => {
          exchange.leave(peer);
        },
      };
    },
    peers: () => exchange.peers(),
    close: () => {
      exchange.close();
    },
  };
};

/** As the original's Python prints it. */
export const printMeta = (meta: Json): string => printJson(meta, 'spaced', { ascii: true });

const readMeta = (text: string): { readonly meta: Json } | { readonly problem: Problem } => {
  if (text.length > MAX_META_LENGTH) {
    const message = `message of ${text.length} characters, the limit is ${MAX_META_LENGTH}`;
    return { problem: problem('TOO_LARGE', message) };
  }
  const parsed = parseJson(text);
  if (parsed.type === 'value') return { meta: parsed.value };
  return { problem: problem('BAD_MESSAGE', `no JSON: ${parsed.problem.slice(0, 120)}`) };
};
