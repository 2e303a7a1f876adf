/** What an XPUB socket hears: one more subscriber of a prefix, or that its last one has gone. */
export type SubscriptionMessage = { readonly isSubscribed: boolean; readonly prefix: string };

/** Prefixes that are told apart; beyond them everything is published, and libzmq alone filters. */
export const MAX_PREFIXES = 4096;

/** The first byte tells subscribing (1) from leaving (0), the rest is the prefix; undefined: it is neither. */
export const readSubscription = (frame: Uint8Array): SubscriptionMessage | undefined => {
  const [kind] = frame;
  if (kind !== 0 && kind !== 1) return undefined;
  return { isSubscribed: kind === 1, prefix: Buffer.from(frame.subarray(1)).toString('latin1') };
};

/** The prefixes that somebody has subscribed to, so that nothing is encoded for nobody. */
export class Subscriptions {
  readonly #prefixes = new Set<string>();
  /** Answers by topic frame; topics come from the station, not from clients, so there are few. */
  readonly #answers = new Map<string, boolean>();
  readonly #onOverflow: () => void;
  /** Subscriptions that did not fit. A departure from a prefix that is not in the table is one of theirs. */
  #unknown = 0;
  #hasOverflown = false;

  /** `onOverflow`: there were more prefixes than fit, for the first time. While there are, everything counts as wanted. */
  constructor(onOverflow: () => void) {
    this.#onOverflow = onOverflow;
  }

  get size(): number {
    return this.#prefixes.size;
  }

  update({ isSubscribed, prefix }: SubscriptionMessage): void {
    if (isSubscribed && this.#prefixes.has(prefix)) return;
    this.#answers.clear();
    if (!isSubscribed) {
      if (!this.#prefixes.delete(prefix) && this.#unknown > 0) this.#unknown -= 1;
    } else if (this.#prefixes.size < MAX_PREFIXES) this.#prefixes.add(prefix);
    else this.#overflow();
  }

  wants(topicFrame: string): boolean {
    if (this.#unknown > 0) return true;
    const known = this.#answers.get(topicFrame);
    if (known !== undefined) return known;
    const isWanted = [...this.#prefixes].some((prefix) => topicFrame.startsWith(prefix));
    this.#answers.set(topicFrame, isWanted);
    return isWanted;
  }

  #overflow(): void {
    this.#unknown += 1;
    if (this.#hasOverflown) return;
    this.#hasOverflown = true;
    this.#onOverflow();
  }
}
