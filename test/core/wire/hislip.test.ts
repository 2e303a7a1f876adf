import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import type { BadFrame } from '../../../core/codec.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { encodeHislip, hislipCodec, nextMessageId, type HislipMessage } from '../../../core/wire/hislip.js';
import { hislipTypeName, hislipTypes, type HislipType } from '../../../core/wire/hislip-tables.js';
import { anyCutting, cut } from './arbitraries.js';
import { fromHex, toHex } from './vectors.js';

type ShownMessage = {
  readonly type: HislipType;
  readonly control: number;
  readonly parameter: number;
  readonly payload: string;
};

type Vector = {
  readonly name: string;
  readonly hex: string;
  readonly messages: readonly (ShownMessage | BadFrame)[];
  readonly rest?: string;
};

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/hislip.json', import.meta.url), 'utf8'),
) as readonly Vector[];

const bytesOf = ({ hex }: Vector): Uint8Array => fromHex(hex.replaceAll(' ', ''));
const codec = hislipCodec(16);

const shown = (frame: HislipMessage | BadFrame): unknown =>
  frame.type === 'bad' ? frame : { ...frame, type: hislipTypeName(frame.type), payload: toHex(frame.payload) };

const anyMessage: fc.Arbitrary<HislipMessage> = fc.record({
  type: fc.nat(255),
  control: fc.nat(255),
  parameter: fc.nat(0xffffffff),
  payload: fc.uint8Array({ maxLength: 16 }),
});
const anyMessages = fc.array(anyMessage, { maxLength: 6 });

describe('hislipCodec', () => {
  for (const vector of vectors) {
    it(`reads: ${vector.name}`, () => {
      const { frames, rest } = codec.decode(bytesOf(vector));
      expect(frames.map(shown)).to.deep.equal(vector.messages);
      expect(toHex(rest)).to.equal(vector.rest ?? '');
    });
  }

  for (const vector of vectors.filter(({ messages, rest }) => rest === undefined && messages.length === 1)) {
    const [message] = vector.messages;
    if (message === undefined || message.type === 'bad') continue;
    it(`writes: ${vector.name}`, () => {
      const bytes = encodeHislip({ ...message, type: hislipTypes[message.type], payload: fromHex(message.payload) });
      expect(toHex(bytes)).to.equal(toHex(bytesOf(vector)));
    });
  }

  it('gives what was encoded', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(codec.decode(codec.encode(message)).frames).to.deep.equal([message]);
      }),
    );
  });

  it('gives the same messages however the bytes are cut', () => {
    const bytes = fc.oneof(
      anyMessages.map((messages) => Buffer.concat(messages.map(codec.encode))),
      fc.constantFrom(...vectors.map(bytesOf)),
    );
    fc.assert(
      fc.property(bytes, anyCutting, (whole, lengths) => {
        const reader = new FrameReader(codec);
        const frames = cut(whole, lengths).flatMap((piece) => reader.feed(piece));
        expect(frames).to.deep.equal(codec.decode(whole).frames);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void codec.decode(bytes)));
    const headed = fc.uint8Array({ minLength: 14, maxLength: 60 }).map((rest) => Buffer.from([0x48, 0x53, ...rest]));
    fc.assert(fc.property(headed, (bytes) => void codec.decode(bytes)));
  });
});

describe('nextMessageId', () => {
  it('grows by 2 and begins at 0 again', () => {
    expect(nextMessageId(0xffffff00)).to.equal(0xffffff02);
    expect(nextMessageId(0xfffffffe)).to.equal(0);
  });
});
