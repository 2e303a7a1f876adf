import { Subject, type Observable } from 'rxjs';

/** The lock of one device: one link at a time has it, the others may wait until it is free. */
export class Vxi11Lock {
  #holder: object | undefined;
  readonly #frees = new Subject<void>();

  /** Hot. */
  get frees(): Observable<void> {
    return this.#frees;
  }

  isHeldByOther(link: object): boolean {
    return this.#holder !== undefined && this.#holder !== link;
  }

  /** Only for a link that has found it free, or its own. */
  take(link: object): void {
    this.#holder = link;
  }

  /** False: this link does not hold it. */
  release(link: object): boolean {
    if (this.#holder !== link) return false;
    this.#holder = undefined;
    this.#frees.next();
    return true;
  }
}
