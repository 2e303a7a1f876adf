import type { CommandDescription, Description } from '../core/description.js';
import type { Json } from '../core/json-value.js';
import type { Output, Reading } from '../core/message.js';
import { printJson } from '../core/wire/print-json.js';
import { argumentNames } from './target.js';

/** Where data (`out`) and words (`err`) go, a line each. */
export type Lines = { readonly out: (line: string) => void; readonly err: (line: string) => void };

export const jsonText = (value: Json): string => printJson(value, 'compact');

/** `hv/1/voltage  1000.25 V`; a reading that is not good says why. */
export const readingLine = (reading: Reading, width = 0): string => {
  const value =
    reading.quality === 'bad'
      ? `bad: ${reading.problem?.message ?? 'unknown'}`
      : `${valueText(reading.value)}${reading.unit === undefined ? '' : ` ${reading.unit}`}`;
  return `${reading.topic.padEnd(width)}  ${value}${reading.quality === 'stale' ? '  (stale)' : ''}`;
};

/** One line of `watch`: local time, topic, what was said. */
export const outputLine = (output: Output, timeText: (ms: number) => string): string => {
  const time = timeText(output.timeMs);
  switch (output.type) {
    case 'reading':
      return `${time}  ${readingLine(output)}`;
    case 'reply':
      return `${time}  ${output.topic}  ${output.command.command} ${jsonText(output.value)}`;
    case 'failure':
      return `${time}  ${output.topic}  ${output.command.command} ${output.problem.code}: ${output.problem.message}`;
    case 'alarm':
      return `${time}  ${output.topic}  ${output.alarm} ${output.isActive ? 'RAISED' : 'cleared'}: ${output.message}`;
    case 'event':
      return `${time}  ${output.topic}  ${output.event} ${jsonText(output.details)}`;
  }
};

/** What `describe` shows of one manager. */
export const descriptionLines = (manager: Description): readonly string[] => [
  `${manager.name} (${manager.kind}, ${manager.state}): ${manager.description}`,
  ...(manager.channels.length === 0 ? [] : [`  channels: ${manager.channels.map(({ id }) => id).join(', ')}`]),
  '  parameters:',
  ...Object.entries(manager.parameters).map(
    ([name, { description, unit, writtenBy }]) =>
      `    ${name}${unit === undefined ? '' : ` [${unit}]`}${writtenBy === undefined ? '' : ' (writable)'}: ${description}`,
  ),
  '  commands:',
  ...Object.entries(manager.commands).map(
    ([name, command]) => `    ${name}${signature(command)}: ${command.description}`,
  ),
  ...limitLines(manager),
];

const signature = (command: CommandDescription): string => {
  const names = argumentNames(command).map((name) =>
    command.units[name] === undefined ? name : `${name} [${command.units[name]}]`,
  );
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
};

const limitLines = ({ channels }: Description): readonly string[] => {
  const lines = channels.flatMap(({ id, limits }) =>
    Object.entries(limits).map(
      ([argument, { minimum, maximum }]) => `    channel ${id} ${argument}: ${minimum ?? ''}..${maximum ?? ''}`,
    ),
  );
  return lines.length === 0 ? [] : ['  limits:', ...lines];
};

/** Digits for people; `--json` has them all. */
const SHOWN_DIGITS = 7;

const valueText = (value: Json): string => {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(SHOWN_DIGITS)));
  return typeof value === 'string' ? value : jsonText(value);
};
