import type { Connector, Listener, PartContext, PeerReport } from '../../core/connector.js';
import { problem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { MAX_FRAME_LENGTH } from '../../core/native/protocol.js';
import { clientFrameSchema } from '../native/client-frame-schema.js';
import { NativeExchange } from '../native/native-exchange.js';
import { RouterSocket } from '../transports/zmq-router.js';
import { XpubSocket } from '../transports/zmq-xpub.js';
import { CommandPort } from './command-port.js';
import type { PublishEncoding } from './encoding.js';
import { jsonEncoding } from './json-encoding.js';
import type { ZeromqOptions } from './options.js';
import { Publisher } from './publisher.js';

/** One open port: what it is called, what it reports, how it ends. */
type Port = Listener & { readonly peers: () => readonly PeerReport[]; readonly close: () => Promise<void> };

/** Answers to one client that are handed over together. */
const MAX_BURST_BYTES = 65_536;

const usePublish = problem(
  'BAD_COMMAND',
  'this port takes commands; to follow readings connect a SUB socket to the publish port',
);

/** Up to three ports: readings as JSON, readings as Protobuf, commands. */
export class ZeromqConnector implements Connector {
  readonly #options: ZeromqOptions;
  readonly #context: PartContext;
  readonly #log: Logger;
  #ports: Port[] = [];

  constructor(options: ZeromqOptions, context: PartContext) {
    this.#options = options;
    this.#context = context;
    this.#log = context.log.child({ connector: context.name });
  }

  async start(): Promise<readonly Listener[]> {
    const { publish, publishProtobuf, commands } = this.#options;
    try {
      if (publish !== null) await this.#openPublisher('publish', publish, jsonEncoding);
      if (publishProtobuf !== null)
        await this.#openPublisher('publish-protobuf', publishProtobuf, await loadProtobuf());
      if (commands !== null) await this.#openCommands(commands);
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
    return this.#ports.map(({ name, url }) => ({ name, url }));
  }

  async stop(): Promise<void> {
    const ports = this.#ports;
    this.#ports = [];
    await Promise.all(ports.map((port) => port.close()));
  }

  peers(): readonly PeerReport[] {
    return this.#ports.flatMap((port) => port.peers());
  }

  async #openPublisher(port: string, address: string, encoding: PublishEncoding): Promise<void> {
    const { name: connector, bus, clock } = this.#context;
    const { highWaterMark } = this.#options;
    const log = this.#log;
    const socket = await XpubSocket.open({ address, highWaterMark, log });
    const publisher = new Publisher({
      connector,
      name: port,
      encoding,
      bus,
      clock,
      log,
      highWaterMark,
      send: (frames) => {
        socket.send(frames);
      },
    });
    socket.listen((frame) => {
      publisher.receive(frame);
    });
    this.#ports.push({
      name: `${connector}/${port}`,
      url: socket.address,
      peers: () => publisher.peers(),
      close: async () => {
        publisher.stop();
        await socket.close();
      },
    });
  }

  async #openCommands(address: string): Promise<void> {
    const { name: connector, bus, clock, compile, station } = this.#context;
    const log = this.#log;
    const socket = await RouterSocket.open({ address, maxFrameBytes: MAX_FRAME_LENGTH, log });
    const exchange = new NativeExchange({
      connector,
      station: station ?? { name: connector, version: 'unknown' },
      bus,
      clock,
      log,
      schema: clientFrameSchema(),
      compile,
      encode: (text) => Buffer.from(text),
      maxBurstBytes: MAX_BURST_BYTES,
      maxOutboxBytes: this.#options.outboxBytes,
      subscribeRefusal: usePublish,
    });
    const port = new CommandPort({
      connector,
      exchange,
      bus,
      clock,
      log,
      send: (frames) => socket.send(frames),
    });
    socket.listen((frames) => {
      port.receive(frames);
    });
    this.#ports.push({
      name: `${connector}/commands`,
      url: socket.address,
      peers: () => port.peers(),
      close: async () => {
        await port.stop('the station is stopping');
        await socket.close();
      },
    });
  }
}

/** Only a station that publishes Protobuf pays for loading it. */
const loadProtobuf = async (): Promise<PublishEncoding> => (await import('./protobuf-encoding.js')).protobufEncoding();
