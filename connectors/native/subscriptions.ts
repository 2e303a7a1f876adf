import { topicMatcher } from '../../core/address.js';
import { Audience } from '../../core/audience.js';
import type { Clock } from '../../core/clock.js';
import type { Outbox } from '../../core/outbox.js';

/** Peers with the same patterns: they share each burst, byte for byte. */
export type Group = {
  readonly key: string;
  /** Counts groups in the order in which they came. */
  readonly serial: number;
  readonly audience: Audience;
  readonly matches: (topic: string) => boolean;
};

export type SubscriptionsOptions = {
  readonly name: string;
  readonly turn: Clock['turn'];
  readonly maxBurstBytes: number;
};

/** Topics whose groups are remembered; beyond, all are forgotten and found again. */
const MAX_REMEMBERED_TOPICS = 16_384;

type Remembered = { groups: readonly Group[]; version: number; lastSerial: number };

/** Who is subscribed to what. A peer has one subscription, so there are never more groups than peers. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #groups = new Map<string, Group>();
  readonly #byTopic = new Map<string, Remembered>();
  #lastSerial = 0;
  /** Grows whenever a group comes or goes. */
  #version = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  join(patterns: readonly string[], outbox: Outbox): Group {
    const key = JSON.stringify([...new Set(patterns)].sort());
    const group = this.#groups.get(key) ?? this.#create(key, patterns);
    group.audience.add(outbox);
    return group;
  }

  leave(group: Group, outbox: Outbox): void {
    group.audience.remove(outbox);
    if (group.audience.size > 0 || !this.#groups.delete(group.key)) return;
    this.#version += 1;
  }

  /** The groups that are owed what is said on a topic. */
  matching(topic: string): readonly Group[] {
    const known = this.#byTopic.get(topic);
    if (known === undefined) return this.#remember(topic);
    if (known.version !== this.#version) this.#bringUpToDate(topic, known);
    return known.groups;
  }

  #create(key: string, patterns: readonly string[]): Group {
    const audience = new Audience({ ...this.#options, name: `${this.#options.name} ${key.slice(0, 80)}` });
    const group: Group = { key, serial: ++this.#lastSerial, audience, matches: topicMatcher(patterns) };
    this.#groups.set(key, group);
    this.#version += 1;
    return group;
  }

  #remember(topic: string): readonly Group[] {
    if (this.#byTopic.size >= MAX_REMEMBERED_TOPICS) this.#byTopic.clear();
    const fresh: Remembered = { groups: [], version: -1, lastSerial: 0 };
    this.#bringUpToDate(topic, fresh);
    this.#byTopic.set(topic, fresh);
    return fresh.groups;
  }

  /** Asks the groups that have come since alone: matching all again for each newcomer would be felt. */
  #bringUpToDate(topic: string, known: Remembered): void {
    const remaining = known.groups.filter((group) => this.#groups.get(group.key) === group);
    for (const group of this.#groups.values())
      if (group.serial > known.lastSerial && group.matches(topic)) remaining.push(group);
    known.groups = remaining;
    known.version = this.#version;
    known.lastSerial = this.#lastSerial;
  }
}
