import { HardwareError, toProblem, type Problem } from '../../core/errors.js';

/** The requests of one critical section: one after the other, and none after one that failed or after the end. */
export class Section {
  #last: Promise<unknown> = Promise.resolve();
  #failure: Problem | undefined;
  #isOver = false;

  run<T>(request: () => Promise<T>): Promise<T> {
    if (this.#isOver) return Promise.reject(over());
    const running = this.#last.then(() => this.#attempt(request));
    this.#last = running.catch(() => undefined);
    return running;
  }

  /** Resolves when nothing of it is under way any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#last;
  }

  async #attempt<T>(request: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) {
      const { code, message } = this.#failure;
      throw new HardwareError(code, `not sent, for what had to go before it failed: ${message}`);
    }
    try {
      return await request();
    } catch (thrown) {
      this.#failure = toProblem(thrown);
      throw thrown;
    }
  }
}

const over = (): Error => new Error('a request was made after the end of the section that it belongs to');
