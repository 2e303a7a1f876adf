import type { Observable } from 'rxjs';
import { HardwareError, toProblem, type Problem } from '../../core/errors.js';
import type { LinkReport, LinksContext, LinkSettings } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { within } from '../../core/within.js';
import type { Resource } from '../../core/wire/visa-resource.js';
import type { Buses } from './buses.js';
import { LinkStatistics } from './link-statistics.js';
import type { RoadLife } from './road.js';
import { RoadKeeper } from './road-keeper.js';
import type { Seat } from './buses.js';

/** What several openers share. */
export type Shareable = {
  readonly lost: Observable<Problem>;
  readonly report: LinkReport;
  /** Never rejects. */
  readonly close: () => Promise<void>;
};

/** What a link is made of when its road is open. */
export type LinkParts<Carrier> = {
  readonly resource: string;
  readonly seat: Seat;
  readonly keeper: RoadKeeper<Carrier & RoadLife>;
  readonly statistics: LinkStatistics;
};

export type SharedLinksOptions<Carrier extends RoadLife, Link extends Shareable> = {
  readonly context: LinksContext;
  readonly buses: Buses;
  readonly openRoad: (resource: Resource, settings: LinkSettings, call: Call) => Promise<Carrier>;
  readonly makeLink: (parts: LinkParts<Carrier>) => Link;
};

/** One opener's part in a link. `letGo` closes it when nobody else has it; it never rejects. */
export type Lease<Link> = { readonly link: Link; readonly letGo: () => Promise<void> };

/** What opening needs to know besides the resource itself. */
export type Opening = {
  /** In canonical form. */
  readonly name: string;
  readonly resource: Resource;
  /** How the lock against a second station calls it; undefined: it is no instrument. */
  readonly lock: string | undefined;
  readonly settings: LinkSettings;
};

type Entry<Link> = {
  readonly wish: string;
  readonly giveUp: AbortController;
  users: number;
  opened: Promise<Link>;
};

const OPEN_TIMEOUT_MS = 5_000;
/** An instrument that nobody has tried to open for so long is no longer reported: its manager is gone. */
const FORGET_AFTER_MS = 60_000;

/** Links of one kind, shared and counted by resource: the second opener gets the same conversation, the last to let go
 *  closes it. While one is open, the lock of its instrument is held. */
export class SharedLinks<Carrier extends RoadLife, Link extends Shareable> {
  readonly #options: SharedLinksOptions<Carrier, Link>;
  readonly #entries = new Map<string, Entry<Link>>();
  readonly #closing = new Map<string, Promise<void>>();
  readonly #known = new Map<string, { readonly statistics: LinkStatistics; triedAt: number; link: Link | undefined }>();

  constructor(options: SharedLinksOptions<Carrier, Link>) {
    this.#options = options;
  }

  /** Errors: DISCONNECTED, TIMEOUT, LOCKED; BAD_ARGUMENT when it is already open with other settings. */
  async lease(opening: Opening, call: Call): Promise<Lease<Link>> {
    const { name } = opening;
    for (let closing = this.#closing.get(name); closing !== undefined; closing = this.#closing.get(name)) {
      await this.#inTime(`${name} was not closed`, closing, call);
    }
    const entry = this.#entries.get(name) ?? this.#begin(opening);
    if (entry.wish !== wishOf(opening.settings)) {
      throw new HardwareError('BAD_ARGUMENT', `${name} is already open with other settings; give both users the same`);
    }
    entry.users += 1;
    try {
      const link = await this.#inTime(`${name} was not open`, entry.opened, call);
      return { link, letGo: () => this.#letGo(name, entry) };
    } catch (thrown) {
      void this.#letGo(name, entry);
      throw thrown;
    }
  }

  reports(): readonly LinkReport[] {
    const now = this.#options.context.clock.monotonic();
    for (const [name, { triedAt }] of this.#known) {
      if (!this.#entries.has(name) && now - triedAt > FORGET_AFTER_MS) this.#known.delete(name);
    }
    return [...this.#known.values()].map(({ link, statistics }) => link?.report ?? statistics.report(undefined));
  }

  #begin(opening: Opening): Entry<Link> {
    const entry: Entry<Link> = {
      wish: wishOf(opening.settings),
      giveUp: new AbortController(),
      users: 0,
      opened: Promise.reject(new Error('not begun')),
    };
    entry.opened.catch(() => undefined);
    this.#entries.set(opening.name, entry);
    entry.opened = this.#open(opening, entry);
    entry.opened.catch(() => undefined); // each who waits is told; perhaps nobody waits any more
    return entry;
  }

  async #open({ name, resource, lock, settings }: Opening, entry: Entry<Link>): Promise<Link> {
    const { context, openRoad, makeLink, buses } = this.#options;
    const { clock } = context;
    const known = this.#knownAs(name);
    const { openTimeoutMs = OPEN_TIMEOUT_MS } = settings;
    const open = (call: Call): Promise<Carrier> => openRoad(resource, settings, call);
    const { signal } = entry.giveUp;
    let release: () => void = () => undefined;
    try {
      if (lock !== undefined) release = context.claim(lock);
      const road = await open({ signal, deadline: clock.monotonic() + openTimeoutMs });
      if (signal.aborted) {
        await road.close();
        throw new HardwareError('DISCONNECTED', `opening ${name} was given up`);
      }
      const { statistics } = known;
      const keeper = new RoadKeeper(road, { resource: name, clock, statistics, openTimeoutMs, open });
      const seat = buses.join(road.bus, name);
      const link = makeLink({ resource: name, seat, keeper, statistics });
      if (known.link !== undefined) statistics.count('reopened');
      known.link = link;
      link.lost.subscribe({
        complete: () => {
          seat.leave();
          this.#forget(name, entry);
          this.#keepOff(name, link.close().then(release));
        },
      });
      return link;
    } catch (thrown) {
      this.#forget(name, entry);
      release();
      known.statistics.failed(toProblem(thrown).message);
      throw thrown;
    }
  }

  async #letGo(name: string, entry: Entry<Link>): Promise<void> {
    entry.users -= 1;
    if (entry.users > 0) return;
    entry.giveUp.abort(new HardwareError('DISCONNECTED', `opening ${name} was given up`));
    this.#forget(name, entry);
    const closing = this.#close(entry);
    this.#keepOff(name, closing);
    await closing;
  }

  /** Whoever opens the same again waits until the road, and the lock, are free. */
  #keepOff(name: string, closing: Promise<void>): void {
    const all = Promise.all([this.#closing.get(name), closing]).then(() => {
      if (this.#closing.get(name) === all) this.#closing.delete(name);
    });
    this.#closing.set(name, all);
  }

  async #close(entry: Entry<Link>): Promise<void> {
    try {
      const link = await entry.opened;
      await link.close();
    } catch {
      return; // it was never opened, and whoever waited for it has been told why
    }
  }

  #forget(name: string, entry: Entry<Link>): void {
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
  }

  #knownAs(name: string): { readonly statistics: LinkStatistics; triedAt: number; link: Link | undefined } {
    const triedAt = this.#options.context.clock.monotonic();
    const known = this.#known.get(name) ?? { statistics: new LinkStatistics(name), triedAt, link: undefined };
    known.triedAt = triedAt;
    this.#known.set(name, known);
    return known;
  }

  #inTime<T>(failing: string, work: Promise<T>, { signal, deadline }: Call): Promise<T> {
    const { clock } = this.#options.context;
    const ms = Math.max(0, deadline - clock.monotonic());
    const late = (): Error => new HardwareError('TIMEOUT', `${failing} within ${Math.round(ms)} ms`);
    return within(clock, work, { ms, late, signal });
  }
}

/** Settings that two users of one road cannot have apart. */
const wishOf = ({ timeoutMs: _timeout, openTimeoutMs: _openTimeout, ...road }: LinkSettings): string =>
  JSON.stringify(Object.entries(road).sort(([one], [other]) => one.localeCompare(other)));
