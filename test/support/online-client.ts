import type { Duplex } from 'node:stream';

const HEADER_BYTES = 30;

/** A message as bytes, by the rules of the Envelope and without the code under test. */
export const packEnvelope = (meta: string, data: Buffer = Buffer.alloc(0)): Buffer => {
  const header = Buffer.from('2321000140006553f10000010000000000000000000000000000' + '21230d0a', 'hex');
  const text = Buffer.from(meta);
  header.writeUInt32BE(text.length, 14);
  header.writeUInt32BE(data.length, 22);
  return Buffer.concat([header, text, data]);
};

export type Message = Readonly<Record<string, unknown>>;

/** Takes whole messages off a stream by their lengths; throws at anything that is no `#!` Envelope. */
export class Unpacker {
  #rest: Buffer = Buffer.alloc(0);

  get restBytes(): number {
    return this.#rest.length;
  }

  take(chunk: Buffer): Buffer[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      if (bytes.toString('latin1', at, at + 2) !== '#!' || bytes.toString('latin1', at + 26, at + 30) !== '!#\r\n')
        throw new Error(`no Envelope: ${bytes.toString('hex', at, at + HEADER_BYTES)}`);
      const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 14) + bytes.readUInt32BE(at + 22);
      if (end > bytes.length) break;
      messages.push(bytes.subarray(at, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return messages;
  }
}

export const metaIn = (message: Buffer): Message =>
  JSON.parse(message.toString('utf8', HEADER_BYTES, HEADER_BYTES + message.readUInt32BE(14))) as Message;

/** A client of the HV server that keeps what it hears. */
export class OnlineClient {
  readonly stream: Duplex;
  readonly #unpacker = new Unpacker();
  readonly messages: Buffer[] = [];
  /** What came in one piece each. */
  readonly chunks: Buffer[] = [];
  isEnded = false;
  isClosed = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.messages.push(...this.#unpacker.take(chunk));
    });
    stream.on('end', () => (this.isEnded = true));
    stream.on('close', () => (this.isClosed = true));
    stream.on('error', () => undefined);
  }

  get metas(): readonly Message[] {
    return this.messages.map(metaIn);
  }

  /** Answers and errors without the telemetry between them. */
  get answers(): readonly Message[] {
    return this.metas.filter((meta) => meta['answer_type'] !== 'get_voltage');
  }

  get codes(): readonly unknown[] {
    return this.metas.map((meta) => meta['error_code'] ?? meta['answer_type']);
  }

  send(meta: object): void {
    this.stream.write(packEnvelope(JSON.stringify(meta)));
  }

  /** Hears nothing from now on. */
  forget(): void {
    this.messages.length = 0;
    this.chunks.length = 0;
  }
}
