import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FrameReader } from '../../core/wire/frame-reader.js';
import { decodeCall, encodeReply, type RpcCall } from '../../core/wire/onc-rpc.js';
import { encodeRecord, recordDecoder, type RpcRecord } from '../../core/wire/rpc-record.js';
import { vxi11 } from '../../core/wire/vxi11.js';
import { encodeXdr } from '../../core/wire/xdr.js';

/** What it says to one call: bytes as they go onto the wire; undefined: nothing. */
export type Say = (call: RpcCall, socket: Socket) => Uint8Array | undefined;

/** A reply as it should be, as a record. */
export const reply = (xid: number, results: Uint8Array): Uint8Array =>
  encodeRecord(encodeReply({ xid, outcome: { type: 'success', results } }));

/** Gives a link to whoever asks for one. */
export const linkFor = ({ xid, procedure }: RpcCall): Uint8Array | undefined =>
  procedure === vxi11.createLink.number
    ? reply(xid, encodeXdr(vxi11.createLink.result, { error: 0, lid: 7, abortPort: 0, maxReceiveBytes: 4096 }))
    : undefined;

/** Takes every write. */
export const takes = ({ xid, procedure, args }: RpcCall): Uint8Array | undefined =>
  procedure === vxi11.write.number
    ? reply(xid, encodeXdr(vxi11.write.result, { error: 0, size: args.length }))
    : undefined;

/** A server that gives what a test wants given, whether it is RPC or not. */
export class RpcImpostor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor(say: Say) {
    this.#server = createServer((socket) => {
      const reader = new FrameReader<RpcRecord>({ decode: recordDecoder(1 << 20) });
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
      socket.on('data', (chunk: Uint8Array) => {
        for (const frame of reader.feed(chunk)) {
          const call = frame.type === 'bad' ? frame : decodeCall(frame.bytes);
          const bytes = call.type === 'call' ? say(call, socket) : undefined;
          if (bytes !== undefined) socket.write(bytes);
        }
      });
    });
  }

  async start(): Promise<this> {
    this.#server.listen({ host: '127.0.0.1', port: 0 });
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
