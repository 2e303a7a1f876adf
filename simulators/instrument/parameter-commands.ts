import { valueTold } from '../../core/driver-file/conversion.js';
import type { ResolvedParameter } from '../../core/driver-file/resolve.js';
import { template, withArgument, type Template } from '../../core/driver-file/template.js';
import type { Json } from '../../core/json-value.js';
import type { CommandEntry, CommandValues, Outcome } from './command-set.js';
import type { Machine } from './machine.js';
import type { Place } from './memory.js';
import { numericArgument } from './numeric-argument.js';
import { isRefused, placesMeant } from './places.js';
import { printed, printedBits, printedExactly } from './print-value.js';
import { scpiErrors, type ScpiError } from './scpi-error.js';

type Bound = 'minimum' | 'maximum' | 'default';

/** The queries and commands by which the parameters of a driver file are read and set. */
export const parameterCommands = (parameters: readonly ResolvedParameter[]): readonly CommandEntry[] => [
  ...parameters.flatMap(limitQueries),
  ...queries(parameters),
  ...parameters.flatMap(settings),
];

/** Several parameters may be parts of one answer. */
const queries = (parameters: readonly ResolvedParameter[]): readonly CommandEntry[] => {
  const groups = new Map<string, ResolvedParameter[]>();
  for (const parameter of parameters) {
    if (parameter.ask === undefined) continue;
    groups.set(parameter.ask, [...(groups.get(parameter.ask) ?? []), parameter]);
  }
  return [...groups].map(([ask, group]) => query(template(ask), group));
};

const query = (wanted: Template, group: readonly ResolvedParameter[]): CommandEntry => {
  const [first] = group;
  // One status word for all channels: its bits tell them apart.
  const isOfAll = group.some(({ bits }) => typeof bits?.mask === 'object') && !namesChannel(wanted);
  const withBits = group.filter(({ bits }) => bits !== undefined);
  const handle = (machine: Machine, values: CommandValues): Outcome => {
    if (first === undefined) return undefined;
    if (isOfAll) return printedBits(machine, withBits, undefined);
    const places = placesMeant(machine, first, values, wanted);
    if (isRefused(places)) return places;
    for (const { name } of group) machine.takes(machine.physics.measuringMs(name));
    return places.map((place) => answerOf(machine, withBits, first, place)).join(',');
  };
  return { template: wanted, handle };
};

const answerOf = (
  machine: Machine,
  withBits: readonly ResolvedParameter[],
  first: ResolvedParameter,
  place: Place,
): string => {
  if (withBits.length > 0) return printedBits(machine, withBits, [place]);
  const value = machine.read(first.name, place);
  return value === undefined ? '' : printed(machine, first, place, value);
};

const namesChannel = ({ header, args }: Template): boolean => `${header.short} ${args}`.includes('{channel}');

const settings = (parameter: ResolvedParameter): readonly CommandEntry[] => {
  if (parameter.tell === undefined) return [];
  const wanted = template(parameter.tell);
  const handle = (machine: Machine, values: CommandValues): Outcome => {
    const places = placesMeant(machine, parameter, values, wanted);
    if (isRefused(places)) return places;
    const told = places.map((place) => ({ place, value: toldValue(machine, parameter, place, values['value'] ?? '') }));
    const refused = told.find(({ value }) => isError(value));
    if (refused !== undefined && isError(refused.value)) return refused.value;
    for (const { place, value } of told) if (!isError(value)) machine.tell(parameter.name, place, value);
    return undefined;
  };
  return [{ template: wanted, handle }];
};

/** What a client's text comes to; the setting stays as it was when it is refused. */
export const toldValue = (
  machine: Machine,
  parameter: ResolvedParameter,
  place: Place,
  text: string,
): Json | ScpiError => {
  if (parameter.type !== 'number') return valueTold(parameter, text) ?? scpiErrors.illegalValue;
  const number = numericArgument(text, parameter.scale === 1 ? parameter.unit : undefined);
  switch (number.type) {
    case 'bad-suffix':
      return scpiErrors.invalidSuffix;
    case 'no-number':
      return scpiErrors.dataType;
    case 'word':
      return boundOf(machine, parameter, place, number.word) ?? scpiErrors.illegalValue;
    case 'number':
      return within(machine, parameter, place, valueTold(parameter, String(number.value)));
  }
};

const within = (
  machine: Machine,
  { name }: ResolvedParameter,
  place: Place,
  value: Json | undefined,
): Json | ScpiError => {
  const { minimum = -Infinity, maximum = Infinity } = machine.model.limits(name, place) ?? {};
  if (typeof value !== 'number' || value < minimum || value > maximum) return scpiErrors.outOfRange;
  return value;
};

const boundOf = (machine: Machine, parameter: ResolvedParameter, place: Place, bound: Bound): number | undefined => {
  if (bound !== 'default') return machine.model.limits(parameter.name, place)?.[bound];
  const initial = machine.memory.initial(parameter, place);
  return typeof initial === 'number' ? initial : undefined;
};

/** `VOLT? MAX,(@2)` of every number that can be set, and what the file asks for its limits. */
const limitQueries = (parameter: ResolvedParameter): readonly CommandEntry[] => {
  const { type, ask, tell, limits } = parameter;
  if (type !== 'number') return [];
  const asked = (wanted: Template, bound: Bound): CommandEntry => ({
    template: wanted,
    handle: (machine, values) => {
      const places = placesMeant(machine, parameter, values, wanted);
      if (isRefused(places)) return places;
      const bounds = places.map((place) => {
        const value = boundOf(machine, parameter, place, bound);
        return value === undefined ? undefined : printedExactly(machine, parameter, place, value);
      });
      return bounds.includes(undefined) ? scpiErrors.illegalValue : bounds.join(',');
    },
  });
  const inFile = ([limits.minimum, limits.maximum] as const).flatMap((text, index) =>
    typeof text === 'string' ? [asked(template(text), index === 0 ? 'minimum' : 'maximum')] : [],
  );
  if (ask === undefined || tell === undefined) return inFile;
  const plain = template(ask);
  return [
    ...inFile,
    asked(withArgument(plain, 'MINimum'), 'minimum'),
    asked(withArgument(plain, 'MAXimum'), 'maximum'),
    asked(withArgument(plain, 'DEFault'), 'default'),
  ];
};

const isError = (value: Json | ScpiError): value is ScpiError =>
  typeof value === 'object' && value !== null && 'code' in value && 'text' in value;
