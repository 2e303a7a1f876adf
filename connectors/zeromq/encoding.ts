import type { Output } from '../../core/message.js';

/** How the payload frame of a published message is written. */
export type PublishEncoding = {
  readonly name: 'json' | 'protobuf';
  /** `isSnapshot`: repeated for a newcomer. Throws RangeError for what this encoding cannot say. */
  readonly encode: (output: Output, isSnapshot: boolean) => Uint8Array;
};
