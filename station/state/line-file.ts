import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import type { Cancel, Clock } from '../../core/clock.js';
import { toProblem } from '../../core/errors.js';

export type LineFileOptions = {
  readonly path: string;
  readonly clock: Clock;
  /** Bytes that may wait for a slow or broken disk; lines beyond are dropped and counted. */
  readonly maxWaitingBytes: number;
  /** A longer file is put aside as `path.1`, and so on up to `keep` files; absent: the file grows. */
  readonly rotation?: { readonly bytes: number; readonly keep: number };
  /** Told on the edge only: the disk refuses, the disk takes again. */
  readonly onFailing: (reason: string) => void;
  readonly onWorking: (droppedLines: number) => void;
};

const RETRY_MS = 1_000;
/** Lines of this long leave in one write; a `kill -9` may lose what is younger than a second (RELIABILITY, fault 9). */
const GATHER_MS = 200;
const NEW_LINE = 0x0a;

/** A file of whole lines, written behind the back of the event loop. A full or read-only disk delays nobody: lines wait, are
 *  counted when they cannot, and writing resumes by itself. No line is ever torn: what a failed write left is cut off. */
export class LineFile {
  readonly #options: LineFileOptions;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #size = 0;
  #isFailing = false;
  #isClosed = false;
  #dropped = 0;
  #work: Promise<void> | undefined;
  #cancelRetry: Cancel = () => undefined;
  #cancelGather: Cancel | undefined;

  constructor(options: LineFileOptions) {
    this.#options = options;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get isFailing(): boolean {
    return this.#isFailing;
  }

  append(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#isClosed || this.#waitingBytes + bytes > this.#options.maxWaitingBytes) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (!this.#isFailing) this.#gather();
  }

  /** Resolves when what was appended so far is written, or has failed. */
  async idle(): Promise<void> {
    if (this.#cancelGather !== undefined) this.#start();
    await this.#work;
  }

  /** Writes what waits, once, and closes. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#cancelGather?.();
    await this.#work;
    if (this.#waiting.length > 0) await this.#writeAll();
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #gather(): void {
    this.#cancelGather ??= this.#options.clock.after(GATHER_MS, () => {
      this.#start();
    });
  }

  #start(): void {
    this.#cancelGather?.();
    this.#cancelGather = undefined;
    this.#work ??= this.#writeAll().finally(() => {
      this.#work = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#makeReady();
        await this.#writeWaiting();
        this.#settle();
      }
    } catch (thrown) {
      this.#fail(toProblem(thrown).message);
    }
  }

  async #makeReady(): Promise<void> {
    const { path, rotation } = this.#options;
    if (rotation !== undefined && this.#file !== undefined && this.#size >= rotation.bytes) {
      await this.#file.close();
      this.#file = undefined;
      await putAside(path, rotation.keep);
    }
    if (this.#file !== undefined) return;
    this.#file = await openLines(path);
    this.#size = (await this.#file.stat()).size;
  }

  /** Takes the lines out only when they are on the disk whole; a part is cut off again before the next try. */
  async #writeWaiting(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const count = this.#waiting.length;
    const bytes = Buffer.from(`${this.#waiting.join('\n')}\n`);
    try {
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, bytes.length - done, this.#size + done)).bytesWritten;
      }
    } catch (thrown) {
      await file.truncate(this.#size).catch(() => undefined); // openLines cuts again if this fails too
      await file.close().catch(() => undefined);
      this.#file = undefined;
      throw thrown;
    }
    this.#size += bytes.length;
    this.#waiting = this.#waiting.slice(count);
    this.#waitingBytes -= bytes.length;
  }

  #settle(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.onWorking(this.#dropped);
  }

  #fail(reason: string): void {
    if (!this.#isFailing) this.#options.onFailing(`${this.#options.path}: ${reason}`);
    this.#isFailing = true;
    if (this.#isClosed) return;
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => {
      this.#start();
    });
  }
}

/** Opens for writing at the end of the last whole line: a power cut or `kill -9` may have torn the one after it. */
const openLines = async (path: string): Promise<FileHandle> => {
  const file = await open(path, 'a+', 0o600).then(async (created) => {
    await created.close();
    return open(path, 'r+'); // with `a` every write goes to the end, also behind a torn line
  });
  try {
    const { size } = await file.stat();
    const end = await endOfLastLine(file, size);
    if (end < size) await file.truncate(end);
    return file;
  } catch (thrown) {
    await file.close().catch(() => undefined);
    throw thrown;
  }
};

const endOfLastLine = async (file: FileHandle, size: number): Promise<number> => {
  const chunk = Buffer.alloc(Math.min(size, 65_536));
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunk.length);
    await file.read(chunk, 0, end - start, start);
    const found = chunk.subarray(0, end - start).lastIndexOf(NEW_LINE);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
};

/** `log` becomes `log.1`, `log.1` becomes `log.2`; the oldest goes. */
const putAside = async (path: string, keep: number): Promise<void> => {
  await rm(`${path}.${keep - 1}`, { force: true });
  for (let number = keep - 2; number >= 1; number -= 1) {
    const isThere = await stat(`${path}.${number}`).then(
      () => true,
      () => false,
    );
    if (isThere) await rename(`${path}.${number}`, `${path}.${number + 1}`);
  }
  if (keep > 1) await rename(path, `${path}.1`);
  else await rm(path, { force: true });
};
