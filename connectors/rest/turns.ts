/** Who compares before it writes must not be overtaken by a write that is under way: it waits for those of its key. */
export class Turns {
  readonly #underWay = new Map<string, Promise<void>>();

  /** `isPatient`: begins when all that are under way are over; else at once, and the patient ones wait for it. */
  async take<T>(key: string, isPatient: boolean, work: () => Promise<T>): Promise<T> {
    const before = this.#underWay.get(key);
    const mine = before !== undefined && isPatient ? before.then(work) : work();
    const all = Promise.allSettled([before, mine]).then(() => {
      if (this.#underWay.get(key) === all) this.#underWay.delete(key);
    });
    this.#underWay.set(key, all);
    return await mine;
  }
}
