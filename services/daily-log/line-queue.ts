import { backoff } from '../../core/backoff.js';
import type { Cancel, Clock } from '../../core/clock.js';
import { toProblem } from '../../core/errors.js';
import type { Random } from '../../core/random.js';

export type LineQueueOptions = {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Lines that may wait; over it the oldest is lost, and counted. */
  readonly maxLines: number;
  /** Adds lines to the end of a file, or rejects and leaves it as it was. */
  readonly append: (file: string, lines: string) => Promise<void>;
  /** On the edge only: lines cannot be written, or an append takes longer than `STALL_MS`. */
  readonly onTrouble: (reason: string) => void;
  /** On the edge only: they can again. */
  readonly onRecovered: () => void;
};

type Line = { readonly file: string; readonly text: string };

/** An append that takes longer has met a disk that hangs; the alarm is due within a second. */
const STALL_MS = 800;
/** A full disk is tried again soon at first, and never more seldom than every 10 s. */
const retryPauses = { firstMs: 500, capMs: 10_000, factor: 2 };

/** Lines on their way to files, in order: what gathers during one append goes with the next. Nobody waits for it. */
export class LineQueue {
  readonly #options: LineQueueOptions;
  readonly #pauses: ReturnType<typeof backoff>;
  #lines: Line[] = [];
  #beingWritten = 0;
  #isWriting = false;
  #isInTrouble = false;
  #isStopped = false;
  #cancelRetry: Cancel = () => undefined;
  #onEmpty: () => void = () => undefined;
  /** Since the start: lines that had to make room. */
  lost = 0;

  constructor(options: LineQueueOptions) {
    this.#options = options;
    this.#pauses = backoff(retryPauses, options.random);
  }

  get name(): string {
    return this.#options.name;
  }

  /** Lines that are not yet known to be in their file. */
  get depth(): number {
    return this.#lines.length + this.#beingWritten;
  }

  push(file: string, text: string): void {
    this.#lines.push({ file, text });
    this.#makeRoom();
    this.#write();
  }

  /** Waits until all is written, at most `limitMs`; then gives up. Idempotent. Returns how many lines
   *  were not written. */
  async stop(limitMs: number): Promise<number> {
    if (this.#isWriting && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(limitMs, resolve);
        this.#onEmpty = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#isStopped = true;
    this.#cancelRetry();
    return this.depth;
  }

  #write(): void {
    if (this.#isWriting || this.#isStopped) return;
    const batch = this.#takeBatch();
    const [first] = batch;
    if (first === undefined) {
      this.#onEmpty();
      return;
    }
    this.#isWriting = true;
    this.#beingWritten = batch.length;
    const cancelStall = this.#options.clock.after(STALL_MS, () => {
      this.#enterTrouble(`appending has taken ${STALL_MS} ms and goes on`);
    });
    this.#options
      .append(first.file, batch.map(({ text }) => text).join(''))
      .finally(cancelStall)
      .then(
        () => {
          this.#written();
        },
        (thrown: unknown) => {
          this.#failed(batch, toProblem(thrown).message);
        },
      );
  }

  /** The oldest lines that go into one file. */
  #takeBatch(): readonly Line[] {
    const file = this.#lines[0]?.file;
    const other = this.#lines.findIndex((line) => line.file !== file);
    return this.#lines.splice(0, other === -1 ? this.#lines.length : other);
  }

  #written(): void {
    this.#isWriting = false;
    this.#beingWritten = 0;
    this.#pauses.reset();
    if (this.#isInTrouble) {
      this.#isInTrouble = false;
      this.#options.onRecovered();
    }
    this.#write();
  }

  /** The lines wait on, in front. */
  #failed(batch: readonly Line[], reason: string): void {
    this.#lines = [...batch, ...this.#lines];
    this.#beingWritten = 0;
    this.#makeRoom();
    this.#enterTrouble(reason);
    if (this.#isStopped) return;
    this.#cancelRetry = this.#options.clock.after(this.#pauses.next(), () => {
      this.#isWriting = false;
      this.#write();
    });
  }

  #enterTrouble(reason: string): void {
    if (this.#isInTrouble) return;
    this.#isInTrouble = true;
    this.#options.onTrouble(reason);
  }

  #makeRoom(): void {
    const over = this.#lines.length - this.#options.maxLines;
    if (over <= 0) return;
    this.#lines.splice(0, over);
    this.lost += over;
  }
}
