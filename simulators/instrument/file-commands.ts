import { valueTold } from '../../core/driver-file/conversion.js';
import { channelId, type ResolvedCommand, type ResolvedDriver } from '../../core/driver-file/resolve.js';
import { template, type Template } from '../../core/driver-file/template.js';
import type { Json } from '../../core/json-value.js';
import type { CommandEntry, CommandValues, Outcome } from './command-set.js';
import { takeError } from './common-commands.js';
import { identityOf } from './identity.js';
import type { Machine } from './machine.js';
import { placesOf, type Place } from './memory.js';
import { isRefused, placesMeant } from './places.js';
import { scpiErrors } from './scpi-error.js';

/** What a driver file says beside its parameters: identity, errors, selection, actions, set-up, and words to take or answer. */
export const fileCommands = ({ file, commands, models }: ResolvedDriver): readonly CommandEntry[] => [
  ...Object.entries(file.simulation?.answers ?? {}).map(([query, text]) => fixedAnswer(template(query), text)),
  ...(file.simulation?.ignores ?? []).map((text) => taken(text)),
  { template: template(file.identity.ask ?? '*IDN?'), handle: identityOf },
  ...(file.errorQueue === undefined ? [] : [{ template: template(file.errorQueue.ask), handle: takeError }]),
  ...[...commands.values()].flatMap(actionCommands),
  ...([...models.values()].some(({ channels }) => channels.length > 0)
    ? selection(template(file.select ?? DEFAULT_SELECT))
    : []),
];

/** What is said at connecting and before letting go and is nothing else: it is taken, and does nothing. */
export const setUpCommands = ({ file }: ResolvedDriver): readonly CommandEntry[] =>
  [...(file.initialize ?? []), ...(file.release ?? [])]
    .filter(({ send }) => !template(send).isQuery)
    .map(({ send }) => ({ template: template(send), handle: () => undefined }));

/** Nearly every supply with several outputs takes it, also one that can be told the channel in each command. */
const DEFAULT_SELECT = 'INSTrument:NSELect {channel}';

const fixedAnswer = (wanted: Template, text: string): CommandEntry => ({
  template: wanted,
  handle: (_machine, { channel = '' }) => text.replaceAll('{channel}', channel),
});

const taken = (text: string): CommandEntry => ({
  template: template(text),
  takesAnything: true,
  handle: () => undefined,
});

/** The selection is the instrument's: all connections share it. */
const selection = (tell: Template): readonly CommandEntry[] => {
  const ask: Template = { ...tell, isQuery: true, args: '', parts: [] };
  return [
    {
      template: tell,
      handle: (machine, { channel = '' }) => {
        const wanted = channelId(channel.trim());
        if (!machine.model.channels.includes(wanted)) return scpiErrors.outOfRange;
        machine.selected = wanted;
        return undefined;
      },
    },
    { template: ask, handle: ({ selected = 1 }) => String(selected) },
  ];
};

/** The last one of what is sent has the effect. */
const actionCommands = (command: ResolvedCommand): readonly CommandEntry[] =>
  command.send.map((text, index) => {
    const wanted = template(text);
    if (index < command.send.length - 1) return { template: wanted, handle: () => (wanted.isQuery ? '0' : undefined) };
    return { template: wanted, handle: (machine, values) => act(machine, command, wanted, values) };
  });

const act = (machine: Machine, command: ResolvedCommand, wanted: Template, values: CommandValues): Outcome => {
  const places = placesMeant(machine, command, values, wanted);
  if (isRefused(places)) return places;
  const args = new Map(
    command.arguments.map((argument) => [argument.name, valueTold(argument, values[argument.name] ?? '')]),
  );
  if ([...args.values()].includes(undefined)) return scpiErrors.illegalValue;
  const effects = Object.entries(command.simulate).flatMap(([parameter, effect]) => {
    const name = typeof effect === 'string' ? /^\{(\w+)\}$/.exec(effect)?.[1] : undefined;
    const value: Json = name === undefined ? effect : (args.get(name) ?? effect);
    return effectPlaces(machine, parameter, places).map((place) => ({ parameter, place, value }));
  });
  if (effects.some((each) => isOutside(machine, each))) return scpiErrors.outOfRange;
  for (const { parameter, place, value } of effects) machine.tell(parameter, place, value);
  return wanted.isQuery ? '0' : undefined;
};

type Effect = { readonly parameter: string; readonly place: Place; readonly value: Json };

const isOutside = ({ model }: Machine, { parameter, place, value }: Effect): boolean => {
  const { minimum = -Infinity, maximum = Infinity } = model.limits(parameter, place) ?? {};
  return typeof value === 'number' && (value < minimum || value > maximum);
};

/** A command without channel has its effect on all of them. */
const effectPlaces = (machine: Machine, parameter: string, places: readonly Place[]): readonly Place[] => {
  const resolved = machine.driver.parameters.get(parameter);
  if (resolved === undefined) return [];
  const all = placesOf(resolved, machine.model);
  const meant = all.filter((place) => places.includes(place));
  return meant.length > 0 ? meant : all;
};
