import type { LinkReport, Links } from '../core/link.js';

/** A road, and the managers that have opened it. */
export type UsedLink = LinkReport & { readonly managers: readonly string[] };

/** Remembers which manager uses which road: a road knows its instrument by its resource string alone, people by its name. */
export class LinkUsers {
  readonly #links: Links;
  readonly #resources = new Map<string, Set<string>>();

  constructor(links: Links) {
    this.#links = links;
  }

  /** The roads as one manager is given them; what an earlier one of that name has opened is forgotten. */
  of(manager: string): Links {
    const opened = new Set<string>();
    this.#resources.set(manager, opened);
    const links = this.#links;
    return {
      check: (resource) => {
        links.check(resource);
      },
      reports: () => links.reports(),
      open: async (resource, settings, call) => {
        const link = await links.open(resource, settings, call);
        opened.add(link.resource);
        return link;
      },
      openRegisters: async (resource, settings, call) => {
        const link = await links.openRegisters(resource, settings, call);
        opened.add(link.resource);
        return link;
      },
    };
  }

  reports(): readonly UsedLink[] {
    const users = [...this.#resources];
    return this.#links.reports().map((report) => ({
      ...report,
      managers: users.filter(([, opened]) => opened.has(report.resource)).map(([manager]) => manager),
    }));
  }
}
