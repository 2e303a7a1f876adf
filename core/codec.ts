/** Bytes that are no frame: the dialect answers them to their sender alone, and the stream goes on behind them. */
export type BadFrame = {
  readonly type: 'bad';
  /** What, value and limit; never the payload. The same text however the bytes were cut into chunks. */
  readonly problem: string;
  /** The stream cannot be followed beyond this point: answer, then end the peer. */
  readonly isFatal?: true;
};

export type Decoded<Frame> = {
  readonly frames: readonly (Frame | BadFrame)[];
  /** The beginning of a frame that is not complete: goes before the next bytes. */
  readonly rest: Uint8Array;
  /** The length `rest` must grow to before decoding it again can give anything; absent: one byte more. */
  readonly need?: number;
  /** Takes over from here, for a codec that must remember where it stands (in rubbish, in a skipped frame). */
  readonly next?: Decode<Frame>;
};

/** Takes every whole frame off the front. Pure: the same bytes give the same frames. Never throws. */
export type Decode<Frame> = (bytes: Uint8Array) => Decoded<Frame>;

/** Bytes <-> frames, pure: one codec serves any number of peers, each through its own `FrameReader`. */
export type Codec<Frame> = {
  readonly encode: (frame: Frame) => Uint8Array;
  readonly decode: Decode<Frame>;
};
