import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer } from 'dns-packet';

const GROUP = '224.0.0.251';
const PORT = 5353;
const SELF = '127.0.0.1';

/** Announces one raw socket as an LXI instrument does, to this computer alone. Answers no question that it has no record for. */
export class LxiResponder {
  readonly #socket: Socket = createSocket({ type: 'udp4', reuseAddr: true });
  readonly #records: readonly Answer[];

  constructor(name: string, port: number) {
    const instance = `${name}._scpi-raw._tcp.local`;
    this.#records = [
      { type: 'PTR', name: '_scpi-raw._tcp.local', data: instance },
      { type: 'SRV', name: instance, data: { port, target: 'simulated.local' } },
      { type: 'TXT', name: instance, data: ['txtvers=1', 'Manufacturer=ACME'] },
      { type: 'A', name: 'simulated.local', data: SELF },
    ];
  }

  async start(): Promise<this> {
    this.#socket.on('message', (bytes, from) => {
      const { questions = [] } = decode(bytes);
      const asked = this.#records.filter(({ name, type }) =>
        questions.some((question) => question.type === type && question.name.toLowerCase() === name.toLowerCase()),
      );
      // RFC 6762, 6.7: who asks from another port than 5353 is answered there.
      if (asked.length > 0) this.#socket.send(encode({ type: 'response', answers: asked }), from.port, from.address);
    });
    this.#socket.bind(PORT, GROUP);
    await once(this.#socket, 'listening');
    this.#socket.addMembership(GROUP, SELF);
    return this;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(resolve));
  }
}
