import type { CommandTable } from './command-table.js';
import { writerOf } from './command-table.js';
import type { CommandDescription, Description, ParameterDescription } from './description.js';
import { frozenCopy } from './freeze.js';
import type { Parameter } from './parameter.js';

type Parameters<Driver, Channel> = Readonly<Record<string, Parameter<Driver, Channel>>>;

/** The part of a description that stays as it is for the life of a manager; frozen, for it is handed out as it is. */
export const describeDeclaration = <Driver, Channel>(
  parameters: Parameters<Driver, Channel>,
  commands: CommandTable<Driver, Channel>,
): Pick<Description, 'parameters' | 'commands'> =>
  frozenCopy({ parameters: describeParameters(parameters), commands: describeCommands(commands) });

const describeParameters = <Driver, Channel>(
  parameters: Readonly<Record<string, Parameter<Driver, Channel>>>,
): Record<string, ParameterDescription> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { description, schema, unit, scope, pollMs, write }]) => [
      name,
      {
        description,
        schema,
        ...(unit === undefined ? {} : { unit }),
        scope: scope ?? 'channel',
        ...(pollMs === undefined ? {} : { pollMs }),
        ...(write === undefined ? {} : { writtenBy: writerOf(name) }),
      },
    ]),
  );

const describeCommands = <Driver, Channel>(
  commands: CommandTable<Driver, Channel>,
): Record<string, CommandDescription> =>
  Object.fromEntries([...commands].map(([name, { description }]) => [name, description]));
