import type { Random } from '../../core/random.js';
import { defaultFaultMs, type Fault } from './fault.js';
import type { Delivery, Execution } from './session.js';

/** An answer with what its faults make of it. The switching off of `power-cycle` and the entry of `error` are the
 *  instrument's own business. */
export const delivered = (answer: string, faults: readonly Fault[], afterMs: number, random: Random): Execution => {
  let delivery: Delivery | undefined = { bytes: latin1Bytes(answer), isEnd: true, isCut: false };
  let delayMs = afterMs;
  for (const { kind, ms = defaultFaultMs[kind] ?? 0 } of faults) {
    if (kind === 'slow' || kind === 'late') delayMs += ms;
    else if (kind === 'silent' || kind === 'power-cycle') delivery = undefined;
    else if (kind === 'garbage' && delivery !== undefined) delivery = garbled(delivery, random);
    else if (delivery !== undefined && (kind === 'partial' || kind === 'disconnect')) {
      const half = delivery.bytes.subarray(0, Math.floor(delivery.bytes.length / 2));
      delivery = { bytes: half, isEnd: false, isCut: kind === 'disconnect' };
    }
  }
  return { afterMs: delayMs, delivery };
};

const LF = 10;
const CR = 13;

/** As many bytes, none of them what it was; the line still ends where it did. */
const garbled = (delivery: Delivery, random: Random): Delivery => ({
  ...delivery,
  bytes: delivery.bytes.map((byte) => {
    if (byte === LF || byte === CR) return byte;
    const other = 128 + Math.floor(random() * 128);
    return other === byte ? 255 - (other & 127) : other;
  }),
});

/** One byte a character; what has no byte is a question mark. */
export const latin1Bytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    bytes[at] = code < 256 ? code : 63;
  }
  return bytes;
};
