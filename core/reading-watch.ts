import type { Json } from './json-value.js';
import type { ChannelId, OutputBody } from './message.js';
import type { Parameter } from './parameter.js';

type Watched<Driver, Channel> = Pick<Parameter<Driver, Channel>, 'alarm' | 'event'>;

/** What the values at one place tell beyond themselves: an alarm that begins or ends, a change that is an event. Only good
 *  values are shown to it, and only edges are told: a value that could not be read neither raises nor clears. */
export class ReadingWatch<Driver, Channel extends ChannelId> {
  readonly #name: string;
  readonly #channel: Channel | undefined;
  readonly #publish: (body: OutputBody) => void;
  #before: Json | undefined;
  #isAlarmed = false;

  constructor(name: string, channel: Channel | undefined, publish: (body: OutputBody) => void) {
    this.#name = name;
    this.#channel = channel;
    this.#publish = publish;
  }

  /** `channel`: as the rules of the declaration want it. */
  see(value: Json, { alarm, event }: Watched<Driver, Channel>, driver: Driver, channel: Channel): void {
    const before = this.#before;
    this.#before = value;
    if (alarm !== undefined) this.#alarm(alarm, alarm.when(value));
    if (event === undefined || before === undefined || before === value) return;
    const said = event(driver, channel, { before, value });
    if (said !== undefined) this.#publish({ type: 'event', ...this.#place(), ...said });
  }

  /** Nobody looks any more: an alarm that nothing could clear later is taken back. */
  withdraw({ alarm }: Watched<Driver, Channel>, reason: string): void {
    if (alarm !== undefined) this.#alarm({ ...alarm, cleared: reason }, false);
  }

  #alarm(rule: NonNullable<Watched<Driver, Channel>['alarm']>, isActive: boolean): void {
    if (isActive === this.#isAlarmed) return;
    this.#isAlarmed = isActive;
    const { severity } = rule;
    const message = isActive ? rule.message : rule.cleared;
    this.#publish({ type: 'alarm', alarm: this.#name, ...this.#place(), isActive, severity, message });
  }

  #place(): { readonly channel?: Channel } {
    return this.#channel === undefined ? {} : { channel: this.#channel };
  }
}
