/** A name that means nothing, and those that would. */
export type Unknown = { readonly name: string; readonly known: readonly string[] };

/** One thing wrong with a driver file: where it stands, step by step from the top, and a sentence. */
export type Finding = { readonly path: readonly string[]; readonly message: string; readonly unknown?: Unknown };

/** Collects what is wrong below one place of a file. */
export class Findings {
  readonly list: Finding[];
  readonly #path: readonly string[];

  constructor(path: readonly string[] = [], list: Finding[] = []) {
    this.#path = path;
    this.list = list;
  }

  at(...steps: readonly string[]): Findings {
    return new Findings([...this.#path, ...steps], this.list);
  }

  add(message: string, unknown?: Unknown): void {
    this.list.push({ path: this.#path, message, ...(unknown === undefined ? {} : { unknown }) });
  }
}
