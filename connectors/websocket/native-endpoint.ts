import type { PartContext } from '../../core/connector.js';
import { problem } from '../../core/errors.js';
import { NATIVE_PATH } from '../../core/native/protocol.js';
import { clientFrameSchema } from '../native/client-frame-schema.js';
import { NativeExchange } from '../native/native-exchange.js';
import { textFrame } from '../transports/ws-frame.js';
import { MAX_BURST_BYTES, type Endpoint } from './endpoint.js';

const unknownStation = { name: 'busbar', version: 'unknown' };

/** The native protocol, one frame a text message (docs/protocols/native.md). */
export const nativeEndpoint = (context: PartContext, maxOutboxBytes: number): Endpoint => {
  const { name, bus, clock, log, compile, station = unknownStation } = context;
  const exchange = new NativeExchange({
    connector: name,
    station,
    bus,
    clock,
    log,
    compile,
    schema: clientFrameSchema(),
    encode: textFrame,
    maxBurstBytes: MAX_BURST_BYTES,
    maxOutboxBytes,
  });
  return {
    name: 'native',
    path: NATIVE_PATH,
    claims: (path) => path === NATIVE_PATH,
    join: (peerName, sink) => {
      const peer = exchange.join(peerName, sink);
      return {
        outbox: peer.outbox,
        onText: (text) => {
          exchange.receive(peer, text);
        },
        onBinary: (size) => {
          exchange.refuse(peer, problem('BAD_MESSAGE', `binary message of ${size} bytes; frames are text here`));
        },
        onChunkEnd: () => {
          exchange.flush(peer);
        },
        onClosed: () => {
          exchange.leave(peer);
        },
      };
    },
    peers: () => exchange.peers(),
    close: (reason) => {
      exchange.close(reason);
    },
  };
};
