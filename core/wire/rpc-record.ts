import type { BadFrame, Decode, Decoded } from '../codec.js';
import { joinBytes, noBytes, viewOf } from './bytes.js';

/** One RPC message, whole: what record marking (RFC 5531, 11) cuts a TCP stream into. */
export type RpcRecord = { readonly type: 'record'; readonly bytes: Uint8Array };

const MARK_BYTES = 4;
const LAST_FRAGMENT = 0x8000_0000;
/** Nobody who means well cuts one message into more. */
const MAX_FRAGMENTS = 4096;

/** The message as a record of one fragment. */
export const encodeRecord = (message: Uint8Array): Uint8Array => {
  const record = new Uint8Array(MARK_BYTES + message.length);
  viewOf(record).setUint32(0, LAST_FRAGMENT + message.length);
  record.set(message, MARK_BYTES);
  return record;
};

/** Joins fragments to records of up to `maxBytes`. A larger one is fatal, told by its mark alone: what sends it speaks no RPC. */
export const recordDecoder = (maxBytes: number): Decode<RpcRecord> => decoder({ maxBytes, fragments: [], size: 0 });

type Begun = { readonly maxBytes: number; readonly fragments: readonly Uint8Array[]; readonly size: number };

/** Goes on with a record of which some fragments are there. */
const decoder =
  (begun: Begun): Decode<RpcRecord> =>
  (bytes) => {
    const { maxBytes } = begun;
    const view = viewOf(bytes);
    const frames: (RpcRecord | BadFrame)[] = [];
    let { size } = begun;
    let fragments = [...begun.fragments];
    let at = 0;

    const waitFor = (need: number): Decoded<RpcRecord> => {
      return { frames, rest: bytes.subarray(at), need, next: decoder({ maxBytes, fragments, size }) };
    };

    while (at < bytes.length) {
      if (bytes.length - at < MARK_BYTES) return waitFor(MARK_BYTES);
      const mark = view.getUint32(at);
      const isLast = mark >= LAST_FRAGMENT;
      const length = isLast ? mark - LAST_FRAGMENT : mark;
      if (size + length > maxBytes)
        return end(frames, `an RPC record of ${size + length} bytes or more, at most ${maxBytes}`);
      if (bytes.length - at < MARK_BYTES + length) return waitFor(MARK_BYTES + length);
      at += MARK_BYTES;
      if (length > 0) fragments.push(bytes.subarray(at, at + length));
      if (fragments.length > MAX_FRAGMENTS) return end(frames, `an RPC record of more than ${MAX_FRAGMENTS} fragments`);
      at += length;
      size += length;
      if (!isLast) continue;
      frames.push({ type: 'record', bytes: fragments.length === 1 ? (fragments[0] ?? noBytes) : joinBytes(fragments) });
      fragments = [];
      size = 0;
    }
    return { frames, rest: noBytes, next: decoder({ maxBytes, fragments, size }) };
  };

/** Nothing behind this can be told apart any more. */
const end = (frames: readonly (RpcRecord | BadFrame)[], problem: string): Decoded<RpcRecord> => ({
  frames: [...frames, { type: 'bad', problem, isFatal: true }],
  rest: noBytes,
  next: () => ({ frames: [], rest: noBytes }),
});
