export const themes = ['system', 'dark', 'light'] as const;
export type ThemeName = (typeof themes)[number];

const KEY = 'busbar-theme';

/** Dark or light: as the system has it, unless somebody has chosen; the choice stays in this browser. */
export class Theme {
  readonly #root: HTMLElement;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  #name: ThemeName;

  constructor(root: HTMLElement, storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#root = root;
    this.#storage = storage;
    const kept = storage.getItem(KEY);
    this.#name = themes.find((name) => name === kept) ?? 'system';
    this.#apply();
  }

  get name(): ThemeName {
    return this.#name;
  }

  next(): void {
    this.#name = themes[(themes.indexOf(this.#name) + 1) % themes.length] ?? 'system';
    this.#storage.setItem(KEY, this.#name);
    this.#apply();
  }

  #apply(): void {
    this.#root.dataset['theme'] = this.#name;
  }
}
