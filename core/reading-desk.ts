import type { Clock } from './clock.js';
import { toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { ChannelId, OutputBody, ReadingBody } from './message.js';
import type { Call, Parameter } from './parameter.js';

export type ReadingDeskOptions = { readonly clock: Clock; readonly publish: (body: OutputBody) => void };

/** The part of a reading that is always the same at one place. */
type Heading = Pick<ReadingBody, 'type' | 'channel' | 'parameter' | 'unit'>;

/** One parameter, and what has been read of it since the start: by channel, undefined for the whole device. */
type Entry<Driver, Channel> = {
  readonly parameter: Parameter<Driver, Channel>;
  readonly headings: Map<Channel | undefined, Heading>;
};

/** Reads parameters and publishes what came: a value, or a bad reading with the reason. Takes the time at the device edge. */
export class ReadingDesk<Driver, Channel extends ChannelId> {
  readonly #entries: ReadonlyMap<string, Entry<Driver, Channel>>;
  readonly #options: ReadingDeskOptions;

  constructor(parameters: Readonly<Record<string, Parameter<Driver, Channel>>>, options: ReadingDeskOptions) {
    this.#entries = new Map(
      Object.entries(parameters).map(([name, parameter]) => [name, { parameter, headings: new Map() }]),
    );
    this.#options = options;
  }

  /** Undefined: read and published; else why it could not be read (published as a bad reading). */
  async read(driver: Driver, name: string, channel: Channel, call: Call): Promise<Problem | undefined> {
    const entry = this.#entries.get(name);
    if (entry?.parameter.read === undefined) return undefined;
    const heading = headingOf(name, entry, channel);
    try {
      const value = await entry.parameter.read(driver, channel, call);
      if (!call.signal.aborted) this.#publish(heading, value);
      return undefined;
    } catch (thrown) {
      const reason = toProblem(thrown);
      if (!call.signal.aborted) this.#publishBad(heading, reason);
      return reason;
    }
  }

  /** The instrument is gone: everything that was known is unknown now. */
  publishAllBad(reason: Problem): void {
    for (const { headings } of this.#entries.values()) {
      for (const heading of headings.values()) this.#publishBad(heading, reason);
    }
  }

  #publish(heading: Heading, value: Json): void {
    // The spread comes last, see `OutputStream.publish`.
    this.#options.publish({ value, quality: 'good', timeMs: this.#options.clock.now(), ...heading });
  }

  #publishBad(heading: Heading, reason: Problem): void {
    const timeMs = this.#options.clock.now();
    this.#options.publish({ value: null, quality: 'bad', problem: reason, timeMs, ...heading });
  }
}

/** Made once for each place: a rack may be read 40 000 times a second. */
const headingOf = <Driver, Channel extends ChannelId>(
  name: string,
  entry: Entry<Driver, Channel>,
  channel: Channel,
): Heading => {
  const { unit, scope } = entry.parameter;
  const place = scope === 'manager' ? undefined : channel;
  const known = entry.headings.get(place);
  if (known !== undefined) return known;
  const heading: Heading = {
    type: 'reading',
    ...(place === undefined ? {} : { channel: place }),
    parameter: name,
    ...(unit === undefined ? {} : { unit }),
  };
  entry.headings.set(place, heading);
  return heading;
};
