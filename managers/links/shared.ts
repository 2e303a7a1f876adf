import { abortReason } from '../../core/clock.js';
import type { Call } from '../../core/parameter.js';

/** What several roads use at once, and how one of them lets go of it. */
export type Share<T> = { readonly value: T; readonly release: () => Promise<void> };

export type SharedOptions<T> = {
  /** Idempotent; never rejects. */
  readonly close: (value: T) => Promise<void>;
  /** False: it is broken; who comes next gets a new one. */
  readonly isOpen: (value: T) => boolean;
};

type Entry<T> = { readonly opening: Promise<T>; value?: T; users: number; closing?: Promise<void> };

/** One of each name, opened by the first who asks and closed with the last: an adapter, a serial bus. Never two at a time. */
export class Shared<T> {
  readonly #options: SharedOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #closings = new Map<string, Promise<void>>();

  constructor(options: SharedOptions<T>) {
    this.#options = options;
  }

  /** `open` keeps its own time: who gives up waiting for it spoils nothing for the others. */
  async take(name: string, open: () => Promise<T>, { signal }: Pick<Call, 'signal'>): Promise<Share<T>> {
    const entry = this.#usable(name) ?? this.#begin(name, open);
    entry.users += 1;
    const release = this.#releaseOf(name, entry);
    try {
      return { value: await unlessAborted(entry.opening, signal), release };
    } catch (thrown) {
      await release();
      throw thrown;
    }
  }

  #usable(name: string): Entry<T> | undefined {
    const entry = this.#entries.get(name);
    if (entry?.value === undefined || this.#options.isOpen(entry.value)) return entry;
    void this.#end(name, entry);
    return undefined;
  }

  #begin(name: string, open: () => Promise<T>): Entry<T> {
    const entry: Entry<T> = { opening: (this.#closings.get(name) ?? Promise.resolve()).then(open), users: 0 };
    entry.opening.then(
      (value) => (entry.value = value),
      () => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
      },
    );
    this.#entries.set(name, entry);
    return entry;
  }

  #end(name: string, entry: Entry<T>): Promise<void> {
    if (entry.closing !== undefined) return entry.closing;
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
    const before = this.#closings.get(name);
    const closing = entry.opening
      .then(this.#options.close, () => undefined)
      .then(() => before)
      .finally(() => {
        if (this.#closings.get(name) === closing) this.#closings.delete(name);
      });
    entry.closing = closing;
    this.#closings.set(name, closing);
    return closing;
  }

  #releaseOf(name: string, entry: Entry<T>): () => Promise<void> {
    let isReleased = false;
    return async () => {
      if (isReleased) return;
      isReleased = true;
      entry.users -= 1;
      if (entry.users === 0) await this.#end(name, entry);
    };
  }
}

const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
      })
      .then(resolve, reject);
  });
