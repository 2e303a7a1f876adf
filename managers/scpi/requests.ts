import { toWire } from '../../core/driver-file/conversion.js';
import type {
  ResolvedCommand,
  ResolvedDriver,
  ResolvedModel,
  ResolvedParameter,
} from '../../core/driver-file/resolve.js';
import { render, template, type Template, type TemplateValues } from '../../core/driver-file/template.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { QueryOptions } from '../../core/link.js';
import type { ChannelId } from '../../core/message.js';

/** One parameter of one channel, with all that is said for it written out; said a thousand times a second, made once. */
export type Requests = {
  readonly parameter: ResolvedParameter;
  readonly channel: ChannelId | undefined;
  readonly select: string | undefined;
  readonly ask: string | undefined;
  readonly options: QueryOptions | undefined;
  readonly tell: ((value: Json) => string) | undefined;
  /** Queries for limits. */
  readonly minimum: string | undefined;
  readonly maximum: string | undefined;
};

/** By parameter, then by channel; undefined is the device itself. */
export type RequestTable = ReadonlyMap<string, ReadonlyMap<ChannelId | undefined, Requests>>;

export const requestTable = (driver: ResolvedDriver, model: ResolvedModel): RequestTable =>
  new Map(
    [...driver.parameters].map(([name, parameter]) => {
      const places = parameter.scope === 'manager' ? [undefined] : model.channels;
      const requests = requestsOf(driver, parameter);
      return [name, new Map(places.filter((place) => model.has(name, place)).map((place) => [place, requests(place)]))];
    }),
  );

const requestsOf = (driver: ResolvedDriver, parameter: ResolvedParameter) => {
  const { ask, tell, limits, answerAfterMs } = parameter;
  const [asked, minimum, maximum] = [ask, limits.minimum, limits.maximum].map(templateOf);
  const told = templateOf(tell);
  return (channel: ChannelId | undefined): Requests => {
    const values = place(channel);
    const say = (what: Template | undefined) => (what === undefined ? undefined : render(what, values));
    return {
      parameter,
      channel,
      select: selection(driver, channel),
      ask: say(asked),
      options: answerAfterMs > 0 ? { answerAfterMs } : undefined,
      tell: told === undefined ? undefined : (value) => render(told, { ...values, value: toWire(parameter, value) }),
      minimum: say(minimum),
      maximum: say(maximum),
    };
  };
};

/** A command with its arguments filled in. Errors: BAD_ARGUMENT for a value that the wire has no word for. */
export const commandTexts = (
  { arguments: specs, send }: ResolvedCommand,
  channel: ChannelId | undefined,
  given: JsonObject,
): readonly { readonly text: string; readonly isQuery: boolean }[] => {
  const wire = specs.map((spec) => [spec.name, toWire(spec, given[spec.name] ?? null)] as const);
  const values = { ...place(channel), ...Object.fromEntries(wire) };
  return send.map(template).map((what) => ({ text: render(what, values), isQuery: what.isQuery }));
};

/** What makes the instrument listen for a channel; undefined: nothing has to be said. */
export const selection = ({ file }: ResolvedDriver, channel: ChannelId | undefined): string | undefined =>
  file.select === undefined || channel === undefined ? undefined : sayPlain(file.select, place(channel));

/** Something without values, in the form in which it is sent. */
export const sayPlain = (text: string, values: TemplateValues = {}): string => render(template(text), values);

const templateOf = (text: string | number | undefined): Template | undefined =>
  typeof text === 'string' ? template(text) : undefined;

const place = (channel: ChannelId | undefined): TemplateValues => (channel === undefined ? {} : { channel });
