import type { PartContext, ServiceKind } from '../../core/connector.js';
import type { JsonObject, JsonSchema } from '../../core/json-value.js';
import { DailyLog, type DailyLogOptions, type SyncSchedule } from './daily-log.js';
import { makeNodeDirectory, openNodeFile } from './node-files.js';
import { runInShell } from './shell.js';

/** Two hours, as the HV server had it. */
const SYNC_EVERY_S = 7_200;
/** Half of that: a copy that takes longer hangs. */
const SYNC_LIMIT_S = 3_600;
/** The longest pause between copies: a week. */
const MAX_SYNC_S = 604_800;

export const dailyLogDefaults: DailyLogOptions = {
  root: './data',
  folder: 'HV',
  manager: 'hv',
  channel: 1,
  parameter: 'voltage',
  isVirtual: false,
  sync: null,
};

/** A name in a path, not a path. */
const FOLDER = '^[^/\\\\.][^/\\\\]*$';

const syncSchema: JsonSchema = {
  description: 'Copies the files elsewhere; null: nothing does',
  default: null,
  anyOf: [
    { type: 'null' },
    {
      type: 'object',
      properties: {
        command: {
          description: 'For the shell, in the working directory of the station: rclone copy ./data remote:data',
          type: 'string',
          pattern: '^[^\\u0000]+$',
        },
        everyS: {
          description: 'Also run this often, s, besides at start and stop',
          type: 'number',
          minimum: 1,
          maximum: MAX_SYNC_S,
          default: SYNC_EVERY_S,
        },
        limitS: {
          description: 'A run that takes longer is ended, s',
          type: 'number',
          minimum: 1,
          maximum: MAX_SYNC_S,
          default: SYNC_LIMIT_S,
        },
      },
      required: ['command'],
      additionalProperties: false,
    },
  ],
};

/** JSON Schema of the options, each with its description and default. */
export const dailyLogSchema: JsonSchema = {
  description: 'Daily slow-control log: <root>/<folder>/YY-MM-DD.tsv, one line a measurement, local time',
  type: 'object',
  properties: {
    root: { description: 'Directory of the logs', type: 'string', minLength: 1, default: dailyLogDefaults.root },
    folder: {
      description: 'Folder below it, and head of the column of values',
      type: 'string',
      pattern: FOLDER,
      default: dailyLogDefaults.folder,
    },
    manager: {
      description: 'Whose parameter is logged',
      type: 'string',
      minLength: 1,
      default: dailyLogDefaults.manager,
    },
    channel: {
      description: 'Channel of the parameter; null: the parameter is of the whole manager',
      type: ['integer', 'string', 'null'],
      default: dailyLogDefaults.channel,
    },
    parameter: {
      description: 'What is logged, a number',
      type: 'string',
      minLength: 1,
      default: dailyLogDefaults.parameter,
    },
    isVirtual: {
      description: 'true: the files end in -virtual.tsv, so that nobody takes them for measurements',
      type: 'boolean',
      default: dailyLogDefaults.isVirtual,
    },
    sync: syncSchema,
  },
  additionalProperties: false,
};

type Given = Partial<Omit<DailyLogOptions, 'sync'>> & {
  readonly sync?: (Partial<SyncSchedule> & Pick<SyncSchedule, 'command'>) | null;
};

/** Options that have passed the schema, with their defaults. */
export const dailyLogOptions = (checked: JsonObject): DailyLogOptions => {
  const { sync = null, ...given } = checked as Given;
  return {
    ...dailyLogDefaults,
    ...given,
    sync: sync === null ? null : { everyS: SYNC_EVERY_S, limitS: SYNC_LIMIT_S, ...sync },
  };
};

/** Daily logs on the disk of this machine. */
export const dailyLogKind: ServiceKind = {
  optionsSchema: dailyLogSchema,
  create: (checked: JsonObject, context: PartContext) =>
    new DailyLog(dailyLogOptions(checked), context, {
      open: openNodeFile,
      makeDirectory: makeNodeDirectory,
      run: runInShell,
    }),
};
