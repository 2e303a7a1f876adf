import { duplexPair, type Duplex } from 'node:stream';
import type { BadFrame } from '../../../../core/codec.js';
import { FrameReader } from '../../../../core/wire/frame-reader.js';
import { encodeHislip, hislipCodec, hislipMessage, type HislipMessage } from '../../../../core/wire/hislip.js';
import { hislipTypeName, type HislipType } from '../../../../core/wire/hislip-tables.js';

export type Heard = {
  readonly type: HislipType | number;
  readonly control: number;
  readonly parameter: number;
  readonly text: string;
};

/** Lets everything run that needs no time. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** One end of a HiSLIP connection in the hands of a test: says any message, remembers what it hears. */
export class HislipProbe {
  readonly heard: Heard[] = [];
  /** The other end has closed. */
  isClosed = false;
  readonly #stream: Duplex;
  readonly #reader = new FrameReader(hislipCodec(1 << 24));

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('error', () => undefined);
    stream.once('end', () => stream.end());
    stream.on('data', (chunk: Uint8Array) => {
      for (const frame of this.#reader.feed(chunk)) this.heard.push(shown(frame));
    });
  }

  /** Two ends of one wire. Destroying one ends the other, as it does over TCP. */
  static wire(): { readonly client: Duplex; readonly stream: Duplex } {
    const [stream, client] = duplexPair({ allowHalfOpen: true });
    stream.once('close', () => client.destroy());
    client.once('close', () => stream.destroy());
    return { client, stream };
  }

  /** A probe and what is at the other end. */
  static pair(): { readonly probe: HislipProbe; readonly stream: Duplex } {
    const [stream, theirs] = duplexPair({ allowHalfOpen: true });
    const probe = new HislipProbe(theirs);
    stream.once('close', () => (probe.isClosed = true));
    return { probe, stream };
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  say(
    name: HislipType,
    rest: Partial<Omit<HislipMessage, 'type' | 'payload'>> & { readonly text?: string } = {},
  ): void {
    const { text = '', ...header } = rest;
    this.bytes(encodeHislip(hislipMessage(name, { ...header, payload: Buffer.from(text, 'latin1') })));
  }

  bytes(bytes: Uint8Array | string): void {
    this.#stream.write(bytes);
  }

  hex(hex: string): void {
    this.bytes(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  }

  /** In this order: the end of a pair that is destroyed at once does not reach the other one. */
  close(): void {
    this.#stream.end(() => this.#stream.destroy());
  }

  end(): void {
    this.#stream.end();
  }

  get last(): Heard | undefined {
    return this.heard.at(-1);
  }

  get types(): readonly (HislipType | number)[] {
    return this.heard.map(({ type }) => type);
  }

  /** What was heard since the last time; lets everything run first. */
  async news(): Promise<readonly Heard[]> {
    await settled();
    return this.heard.splice(0);
  }
}

const shown = (frame: HislipMessage | BadFrame): Heard => {
  if (frame.type === 'bad') throw new Error(frame.problem);
  const { type, control, parameter, payload } = frame;
  return { type: hislipTypeName(type) ?? type, control, parameter, text: Buffer.from(payload).toString('latin1') };
};
