import type { ResolvedDriver, ResolvedModel, ResolvedParameter } from '../../core/driver-file/resolve.js';
import type { Json } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';

/** Stands for the device itself where a parameter has no channel. */
export type Place = ChannelId | undefined;

/** What each parameter of each channel was told last, in our units and words. */
export class Memory {
  readonly #driver: ResolvedDriver;
  readonly #model: ResolvedModel;
  readonly #values = new Map<string, Map<Place, Json>>();

  constructor(driver: ResolvedDriver, model: ResolvedModel) {
    this.#driver = driver;
    this.#model = model;
    this.reset();
  }

  /** As after switching on. */
  reset(): void {
    for (const parameter of this.#driver.parameters.values()) {
      const places = placesOf(parameter, this.#model);
      this.#values.set(parameter.name, new Map(places.map((place) => [place, this.initial(parameter, place)])));
    }
  }

  /** Undefined: there is no such parameter here. */
  get(parameter: string, place: Place): Json | undefined {
    return this.#values.get(parameter)?.get(place);
  }

  set(parameter: string, place: Place, value: Json): void {
    const values = this.#values.get(parameter);
    if (values?.has(place) === true) values.set(place, value);
  }

  /** Of the file; else: protections at their largest, other numbers at 0 or what comes next to it, the first of the words. */
  initial(parameter: ResolvedParameter, place: Place): Json {
    const { name, type, choices, initial } = parameter;
    if (initial !== undefined) return initial;
    if (type === 'flag') return false;
    if (type !== 'number') return type === 'choice' ? (choices[0] ?? '') : '';
    const { minimum = -Infinity, maximum = Infinity } = this.#model.limits(name, place) ?? {};
    return PROTECTION_LEVEL.test(name) && maximum < Infinity ? maximum : Math.min(Math.max(0, minimum), maximum);
  }
}

/** Where a model has a parameter or command: on channels, or once. */
export const placesOf = (
  { name, scope }: { readonly name: string; readonly scope: 'channel' | 'manager' },
  model: ResolvedModel,
): readonly Place[] => {
  if (scope === 'manager' || model.channels.length === 0) return model.has(name, undefined) ? [undefined] : [];
  return model.channels.filter((channel) => model.has(name, channel));
};

const PROTECTION_LEVEL = /^over.*Level$/;
