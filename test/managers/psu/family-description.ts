import type { CommandDescription, Description } from '../../../core/description.js';
import { isJsonObject, type Json, type JsonSchema } from '../../../core/json-value.js';

/** What any of these can be told, as one description of their family: the words of a choice are those of all of them. */
export const familyDescription = (title: string, [first, ...others]: readonly [Description, ...Description[]]) => {
  const commands = new Map(Object.entries(first.commands));
  for (const other of others)
    for (const [name, command] of Object.entries(other.commands)) {
      const known = commands.get(name);
      commands.set(name, known === undefined ? command : both(known, command));
    }
  return { ...first, description: title, commands: Object.fromEntries(commands) };
};

const both = (one: CommandDescription, other: CommandDescription): CommandDescription => ({
  ...one,
  target: one.target === other.target ? one.target : 'either',
  schema: merged(one.schema, other.schema),
});

const merged = (one: JsonSchema, other: JsonSchema): JsonSchema => ({ ...other, ...mergedIn(one, other) });

const mergedIn = (one: JsonSchema, other: JsonSchema): JsonSchema =>
  Object.fromEntries(
    Object.entries(one).map(([word, value]) => {
      const theirs = other[word];
      if (isJsonObject(value) && isJsonObject(theirs)) return [word, merged(value, theirs)];
      return [word, word === 'enum' ? [...new Set([...listOf(value), ...listOf(theirs)])] : value];
    }),
  );

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
