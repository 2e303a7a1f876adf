type Entry = { readonly url: string; readonly pattern: RegExp; readonly methods: Set<string> };

/** Which methods have a route at a path: the router only says that there is none for the one that was asked. */
export class AllowedMethods {
  readonly #entries = new Map<string, Entry>();

  /** `url` as the router writes it: `/managers/:manager`, or `/*` at the end. */
  add(url: string, methods: string | readonly string[]): void {
    const entry = this.#entries.get(url) ?? { url, pattern: patternOf(url), methods: new Set<string>() };
    for (const method of typeof methods === 'string' ? [methods] : methods) entry.methods.add(method);
    this.#entries.set(url, entry);
  }

  /** `path` is not decoded. `isExact`: routes that take all below them do not count. */
  at(path: string, isExact: boolean): readonly string[] {
    const fitting = [...this.#entries.values()].filter(
      ({ url, pattern }) => !(isExact && url.endsWith('*')) && pattern.test(path),
    );
    return [...new Set(fitting.flatMap(({ methods }) => [...methods]))].sort();
  }
}

const patternOf = (url: string): RegExp => {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
};
