import type { Clock } from './clock.js';
import { toProblem, type Problem } from './errors.js';
import type { ChannelId, OutputBody, ReadingBody } from './message.js';
import type { Call, Parameter } from './parameter.js';

export type ReadingDeskOptions = { readonly clock: Clock; readonly publish: (body: OutputBody) => void };

/** Reads parameters and publishes what came: a value, or a bad reading with the reason. Takes the time at the device edge. */
export class ReadingDesk<Driver, Channel extends ChannelId> {
  readonly #parameters: ReadonlyMap<string, Parameter<Driver, Channel>>;
  readonly #options: ReadingDeskOptions;
  /** What has been read since the start, so that an outage can be published for each. */
  readonly #known = new Map<string, { readonly parameter: string; readonly channel: Channel | undefined }>();

  constructor(parameters: Readonly<Record<string, Parameter<Driver, Channel>>>, options: ReadingDeskOptions) {
    this.#parameters = new Map(Object.entries(parameters));
    this.#options = options;
  }

  /** Undefined: read and published; else why it could not be read (published as a bad reading). */
  async read(driver: Driver, name: string, channel: Channel, call: Call): Promise<Problem | undefined> {
    const parameter = this.#parameters.get(name);
    if (parameter?.read === undefined) return undefined;
    const place = parameter.scope === 'manager' ? undefined : channel;
    try {
      const value = await parameter.read(driver, channel, call);
      if (call.signal.aborted) return undefined;
      this.#publish(name, place, { value, quality: 'good' });
      return undefined;
    } catch (thrown) {
      const reason = toProblem(thrown);
      if (!call.signal.aborted) this.#publish(name, place, { value: null, quality: 'bad', problem: reason });
      return reason;
    }
  }

  /** The instrument is gone: everything that was known is unknown now. */
  publishAllBad(reason: Problem): void {
    for (const { parameter, channel } of this.#known.values())
      this.#publish(parameter, channel, { value: null, quality: 'bad', problem: reason });
  }

  #publish(name: string, channel: Channel | undefined, rest: Pick<ReadingBody, 'value' | 'quality' | 'problem'>): void {
    const unit = this.#parameters.get(name)?.unit;
    this.#known.set(`${channel}/${name}`, { parameter: name, channel });
    this.#options.publish({
      type: 'reading',
      ...(channel === undefined ? {} : { channel }),
      parameter: name,
      ...(unit === undefined ? {} : { unit }),
      ...rest,
      timeMs: this.#options.clock.now(),
    });
  }
}
