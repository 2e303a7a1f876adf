/** A text file that grows at its end. All methods reject with the error of the system. */
export type LogFile = {
  /** Bytes. */
  readonly size: () => Promise<number>;
  /** The text from this byte to the end. */
  readonly tail: (from: number) => Promise<string>;
  /** Adds at the end; a rejected write may have added a part. */
  readonly write: (text: string) => Promise<void>;
  readonly truncate: (size: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens a file to be added to; makes it, and the directories above it, when they are missing. */
export type OpenFile = (path: string) => Promise<LogFile>;

export type Addition = { readonly header: string; readonly lines: string };

/** Longer than any line of ours. */
const TAIL_BYTES = 256;

/** Opens, appends and closes, so that the file can be moved or copied at any time. A new file begins with the header. What the
 *  disk has no room for is taken back, and a record that a crash has torn is removed: readers see whole lines. */
export const appendWhole = async (open: OpenFile, path: string, { header, lines }: Addition): Promise<void> => {
  const file = await open(path);
  try {
    const size = await wholeSize(file);
    try {
      await file.write(size === 0 ? `${header}${lines}` : lines);
    } catch (thrown) {
      await file.truncate(size).catch(() => 'left to the next append, which looks for torn records');
      throw thrown;
    }
  } finally {
    await file.close();
  }
};

/** The size up to the end of the last whole line; what comes after it is cut off. */
const wholeSize = async (file: LogFile): Promise<number> => {
  const size = await file.size();
  if (size === 0) return 0;
  const tail = await file.tail(Math.max(0, size - TAIL_BYTES));
  if (tail.endsWith('\n')) return size;
  const tornBytes = Buffer.byteLength(tail.slice(tail.lastIndexOf('\n') + 1));
  if (tornBytes >= TAIL_BYTES) throw new Error('it does not end in a line of this log; move it away');
  await file.truncate(size - tornBytes);
  return size - tornBytes;
};
