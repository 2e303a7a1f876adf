import { Subject, type Observable } from 'rxjs';

/** A hot stream that keeps its order for everyone: what a subscriber adds while it is being told goes out after what is going
 *  out now has reached all. (A bare Subject would tell those behind it the newer value first.) */
export class Relay<T> {
  readonly #subject = new Subject<T>();
  readonly #waiting: T[] = [];
  #isTelling = false;
  #isOver = false;

  /** Hot; replays nothing; never errors; completes at `complete()`. */
  get values(): Observable<T> {
    return this.#subject.asObservable();
  }

  next(value: T): void {
    if (this.#isTelling) {
      this.#waiting.push(value);
      return;
    }
    this.#isTelling = true;
    this.#subject.next(value);
    if (this.#waiting.length > 0) this.#tellWaiting();
    this.#isTelling = false;
    if (this.#isOver) this.#subject.complete();
  }

  complete(): void {
    this.#isOver = true;
    if (!this.#isTelling) this.#subject.complete();
  }

  #tellWaiting(): void {
    for (let index = 0; index < this.#waiting.length; index += 1) {
      const later = this.#waiting[index];
      if (later !== undefined) this.#subject.next(later);
    }
    this.#waiting.length = 0;
  }
}
