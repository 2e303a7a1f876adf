import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';

/** A PSUDaemon configuration as a config of ours, and where each manager of it comes from in the file. */
export type Translation = {
  readonly config: JsonObject;
  /** Index in `units`, by the name of the manager. */
  readonly unitOf: ReadonlyMap<string, number>;
};

/** The connector that takes PSUDaemon's place. */
export const CONNECTOR = 'psudaemon';
const DRIVER = 'keysight-e36300';
/** What the original listens on when nothing is said. */
const DEFAULT_PORT = 8_000;
const DEFAULT_HOST = '0.0.0.0';
const DEFAULT_CHANNELS = [1, 2, 3];

const logLevels: Readonly<Record<string, string>> = {
  critical: 'error',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
};

const objectIn = (value: Json | undefined): JsonObject =>
  value !== undefined && value !== null && isJsonObject(value) ? value : {};
const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Translates what has passed schemas/psudaemon.schema.json. `settingsFile`: what `POST /settings` rewrites. */
export const translate = (file: JsonObject, settingsFile: string): Translation => {
  const settings = objectIn(file['settings']);
  const uvicorn = objectIn(settings['uvicorn']);
  const units = lastOfEachName(listIn(file['units']).map(objectIn));
  const named = withManagerNames(units);
  const level = logLevels[textIn(uvicorn['log_level'])];
  const config: JsonObject = {
    station: { name: 'psudaemon', ...(level === undefined ? {} : { log: { level } }) },
    managers: Object.fromEntries(
      named.flatMap(({ manager, unit }) => (manager === undefined ? [] : [[manager, managerOf(unit)] as const])),
    ),
    connectors: {
      [CONNECTOR]: {
        kind: 'http',
        host: uvicorn['host'] ?? DEFAULT_HOST,
        port: uvicorn['port'] ?? DEFAULT_PORT,
        psudaemon: {
          settings,
          settingsFile,
          units: Object.fromEntries(named.map(({ manager, unit }) => [textIn(unit['name']), unitOf(unit, manager)])),
        },
      },
    },
  };
  return {
    config,
    unitOf: new Map(named.flatMap(({ manager, index }) => (manager === undefined ? [] : [[manager, index]]))),
  };
};

type Unit = { readonly unit: JsonObject; readonly index: number };
type NamedUnit = Unit & { readonly manager: string | undefined };

/** Of two units of one name the last one counts, in the place of the first. */
const lastOfEachName = (units: readonly JsonObject[]): readonly Unit[] => {
  const byName = new Map<string, Unit>();
  for (const [index, unit] of units.entries()) byName.set(textIn(unit['name']), { unit, index });
  return [...byName.values()];
};

/** A unit may have any name, a manager may not. An external unit that can tell nothing gets none. */
const withManagerNames = (units: readonly Unit[]): readonly NamedUnit[] => {
  const taken = new Set<string>(['station']);
  return units.map((entry) => {
    const { unit } = entry;
    if (unit['model'] === 'external' && objectIn(unit['commands'])['get_channels'] === undefined)
      return { ...entry, manager: undefined };
    const manager = freeName(managerName(textIn(unit['name'])), taken);
    taken.add(manager);
    return { ...entry, manager };
  });
};

const managerName = (unit: string): string => {
  const words = unit.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = words.join('-').slice(0, 48);
  return /^[a-z]/.test(name) ? name : `psu-${name === '' ? 'unit' : name}`;
};

const freeName = (wanted: string, taken: ReadonlySet<string>): string => {
  for (let count = 2, name = wanted; ; name = `${wanted}-${count}`, count += 1) if (!taken.has(name)) return name;
};

const unitOf = (unit: JsonObject, manager: string | undefined): JsonObject => ({
  model: unit['model'] ?? '',
  uri: unit['uri'] ?? null,
  pyvisaArgs: objectIn(unit['pyvisa_args']),
  ...(manager === undefined ? {} : { manager }),
});

const managerOf = (unit: JsonObject): JsonObject =>
  unit['model'] === 'external' ? externalManager(unit) : scpiManager(unit);

const externalManager = (unit: JsonObject): JsonObject => {
  const { ping, get_channels: getChannels } = objectIn(unit['commands']);
  return {
    kind: 'psu',
    driver: 'external',
    getChannels: getChannels ?? '',
    ...(ping === undefined ? {} : { ping }),
    idn: texts(objectIn(unit['idn'])),
    channels: channelNames(unit),
  };
};

const texts = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    ['manufacturer', 'model', 'serial', 'revision'].flatMap((key) => {
      const value = object[key];
      return value === undefined || value === null
        ? []
        : [[key, typeof value === 'string' ? value : JSON.stringify(value)]];
    }),
  );

const scpiManager = (unit: JsonObject): JsonObject => {
  const [, model] = textIn(unit['model']).split(',');
  return {
    kind: 'psu',
    driver: DRIVER,
    ...(model === undefined ? {} : { model }),
    resource: unit['uri'] ?? '',
    link: linkSettings(objectIn(unit['pyvisa_args'])),
    outputs: unit['channel_indices'] ?? DEFAULT_CHANNELS,
    channels: channelNames(unit),
  };
};

/** VISA attributes that mean something on our links; the others were for the library of the original. */
const attributes: Readonly<Record<string, string>> = {
  timeout: 'timeoutMs',
  open_timeout: 'openTimeoutMs',
  read_termination: 'readTermination',
  write_termination: 'writeTermination',
  baud_rate: 'baudRate',
  data_bits: 'dataBits',
};

const linkSettings = (pyvisaArgs: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([theirs, ours]) => {
      const value = pyvisaArgs[theirs];
      return value === undefined || value === null ? [] : [[ours, value] as const];
    }),
  );

/** Names at the start; the limits beside them are not applied, as in the original. */
const channelNames = (unit: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(objectIn(unit['channel_data'])).flatMap(([index, data]) => {
      const { name } = objectIn(data);
      return typeof name === 'string' ? [[index, { name }] as const] : [];
    }),
  );
