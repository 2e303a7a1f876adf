import { printFrame } from '../../core/native/print-frame.js';
import type { PublishEncoding } from './encoding.js';

/** The output as the native protocol writes it. Binary data has a frame of its own; `dataBytes` says how long it is. */
export const jsonEncoding: PublishEncoding = {
  name: 'json',
  encode: (output, isSnapshot) => {
    const shown = isSnapshot ? { ...output, snapshot: true } : output;
    return Buffer.from(printFrame(shown));
  },
};
