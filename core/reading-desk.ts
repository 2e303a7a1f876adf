import { isAborted } from './call.js';
import type { Clock } from './clock.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { ChannelId, OutputBody, ReadingBody } from './message.js';
import type { Call, Parameter } from './parameter.js';
import { notPlain } from './plain-data.js';
import { ReadingWatch } from './reading-watch.js';

/** A polled reading is stale when this many of its periods went by without a new one, and at least so much time. */
const STALE_PERIODS = 3;
const STALE_MIN_MS = 10_000;

export type ReadingDeskOptions = {
  readonly clock: Clock;
  readonly publish: (body: OutputBody) => void;
  /** A driver threw, or returned, what no driver should: told when it begins, not for every poll. */
  readonly onDefect: (thrown: unknown) => void;
};

/** The part of a reading that is always the same at one place. */
type Heading = Pick<ReadingBody, 'type' | 'channel' | 'parameter' | 'unit'>;

/** Where a parameter was read, what came last, and how long ago, to the second. */
type Place<Driver, Channel extends ChannelId> = {
  readonly heading: Heading;
  readonly channel: Channel | undefined;
  last: ReadingBody | undefined;
  ageMs: number;
  /** Only where the declaration has something to tell. */
  watch: ReadingWatch<Driver, Channel> | undefined;
};

/** One parameter, and what has been read of it since the start: by channel, undefined for the whole device. */
type Entry<Driver, Channel extends ChannelId> = {
  readonly parameter: Parameter<Driver, Channel>;
  readonly places: Map<Channel | undefined, Place<Driver, Channel>>;
};

/** Reads parameters and publishes what came: a value, or a bad reading with the reason. Takes the time at the device edge. */
export class ReadingDesk<Driver, Channel extends ChannelId> {
  readonly #entries: ReadonlyMap<string, Entry<Driver, Channel>>;
  readonly #options: ReadingDeskOptions;

  constructor(parameters: Readonly<Record<string, Parameter<Driver, Channel>>>, options: ReadingDeskOptions) {
    this.#entries = new Map(
      Object.entries(parameters).map(([name, parameter]) => [name, { parameter, places: new Map() }]),
    );
    this.#options = options;
  }

  /** Undefined: read and published; else why it could not be read (published as a bad reading). */
  async read(driver: Driver, name: string, channel: Channel, call: Call): Promise<Problem | undefined> {
    const entry = this.#entries.get(name);
    if (entry?.parameter.read === undefined) return undefined;
    const place = placeOf(name, entry, channel);
    try {
      const value = await entry.parameter.read(driver, channel, call);
      if (isAborted(call)) return undefined;
      const flaw = this.#publishValue(place, value);
      if (flaw === undefined) this.#watchOver(name, entry, place)?.see(value, entry.parameter, driver, channel);
      return flaw;
    } catch (thrown) {
      if (isAborted(call)) return toProblem(thrown);
      if (!(thrown instanceof HardwareError) && place.last?.problem?.code !== 'INTERNAL')
        this.#options.onDefect(thrown);
      return this.#publishBad(place, toProblem(thrown));
    }
  }

  /** The instrument is gone: everything that was known is unknown now. */
  publishAllBad(reason: Problem): void {
    for (const { places } of this.#entries.values()) {
      for (const place of places.values()) this.#publishBad(place, reason);
    }
  }

  /** Channels that the instrument no longer has. */
  forget(channels: readonly Channel[]): void {
    for (const { parameter, places } of this.#entries.values()) {
      for (const channel of channels) {
        places.get(channel)?.watch?.withdraw(parameter, `the device has no ${String(channel)} any more`);
        places.delete(channel);
      }
    }
  }

  /** At stop: what comes next on this name knows nothing of alarms that were raised before it. */
  withdrawAlarms(reason: string): void {
    for (const { parameter, places } of this.#entries.values())
      for (const { watch } of places.values()) watch?.withdraw(parameter, reason);
  }

  /** Called now and then with the time since the last call: says of what has become too old to trust that it is stale. */
  growOlder(ms: number): void {
    for (const { parameter, places } of this.#entries.values()) {
      if (parameter.pollMs === undefined) continue;
      const limitMs = Math.max(STALE_PERIODS * parameter.pollMs, STALE_MIN_MS);
      for (const place of places.values()) {
        place.ageMs += ms;
        if (place.ageMs > limitMs && place.last?.quality === 'good')
          this.#publish(place, { ...place.last, quality: 'stale' });
      }
    }
  }

  /** Unknown is not zero, and no more is a NaN that JSON would print as null. */
  #publishValue(place: Place<Driver, Channel>, value: Json): Problem | undefined {
    const flaw = notPlain(value);
    if (flaw !== undefined)
      return this.#publishBad(place, problem('DEVICE_FAULT', `${place.heading.parameter}: ${flaw}`));
    place.ageMs = 0;
    // The spread comes last, see `OutputStream.publish`.
    this.#publish(place, { value, quality: 'good', timeMs: this.#options.clock.now(), ...place.heading });
    return undefined;
  }

  #publishBad(place: Place<Driver, Channel>, reason: Problem): Problem {
    const timeMs = this.#options.clock.now();
    this.#publish(place, { value: null, quality: 'bad', problem: reason, timeMs, ...place.heading });
    return reason;
  }

  #watchOver(
    name: string,
    { parameter: { alarm, event } }: Entry<Driver, Channel>,
    place: Place<Driver, Channel>,
  ): ReadingWatch<Driver, Channel> | undefined {
    if (alarm === undefined && event === undefined) return undefined;
    return (place.watch ??= new ReadingWatch(name, place.channel, this.#options.publish));
  }

  #publish(place: Place<Driver, Channel>, reading: ReadingBody): void {
    place.last = reading;
    this.#options.publish(reading);
  }
}

/** Made once for each place: a rack may be read 40 000 times a second. */
const placeOf = <Driver, Channel extends ChannelId>(
  name: string,
  entry: Entry<Driver, Channel>,
  channel: Channel,
): Place<Driver, Channel> => {
  const { unit, scope } = entry.parameter;
  const where = scope === 'manager' ? undefined : channel;
  const known = entry.places.get(where);
  if (known !== undefined) return known;
  const heading: Heading = {
    type: 'reading',
    ...(where === undefined ? {} : { channel: where }),
    parameter: name,
    ...(unit === undefined ? {} : { unit }),
  };
  const place: Place<Driver, Channel> = { heading, channel: where, last: undefined, ageMs: 0, watch: undefined };
  entry.places.set(where, place);
  return place;
};
