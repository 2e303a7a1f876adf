import type { JsonObject } from '../../core/json-value.js';
import { canonicalResource } from '../../core/wire/visa-resource.js';
import type { FoundInstrument } from './found-instruments.js';
import type { SearchResult } from './search.js';
import { shownText } from './shown-text.js';
import { yamlValue } from './yaml-value.js';

export type Findings = {
  readonly instruments: readonly FoundInstrument[];
  readonly result: SearchResult;
  /** Of serial lines that were asked. */
  readonly baudRate?: number;
};

const DEFAULT_BAUD_RATE = 9_600;
const GUIDE = 'docs/guide/add-an-instrument.md';

/** YAML to paste into a config: the managers, and as comments what else was found. */
export const yamlLines = ({ instruments, result, ...how }: Findings): readonly string[] => [
  ...(instruments.length === 0 ? [] : ['managers:']),
  ...instruments.flatMap((found) => managerLines(found, how.baudRate)),
  ...result.trials.flatMap((trial) => {
    const resource = shownText(canonicalResource(trial.resource));
    if (trial.type === 'inUse') return [`# In use by ${shownText(trial.by)}: ${resource}`];
    if (trial.type === 'silent') return [`# Gives no identity: ${resource} (${shownText(trial.problem)})`];
    return [];
  }),
  ...result.announced.map(
    ({ service, name, address, port }) =>
      `# Announced, and does not answer: ${service} "${shownText(name)}" at ${address}:${port}`,
  ),
  ...result.serialPorts.map(
    ({ resource, description }) =>
      `# Serial port, not asked (busbar find --serial asks *IDN?): ${shownText(canonicalResource(resource))}` +
      (description === '' ? '' : ` (${shownText(description)})`),
  ),
];

/** The same for machines: one object a line. */
export const jsonObjects = ({ instruments, result, ...how }: Findings): readonly JsonObject[] => [
  ...instruments.map((found): JsonObject => {
    const { name, kind, identity, resources } = found;
    return {
      type: 'instrument',
      name,
      kind,
      identity: { ...identity },
      resources,
      config: configOf(found, how.baudRate),
    };
  }),
  ...result.trials.flatMap((trial): readonly JsonObject[] => {
    const resource = canonicalResource(trial.resource);
    if (trial.type === 'inUse') return [{ type: 'inUse', resource, by: trial.by }];
    return trial.type === 'silent' ? [{ type: 'silent', resource, problem: trial.problem }] : [];
  }),
  ...result.announced.map(({ facts, ...announcement }): JsonObject => ({
    type: 'announced',
    ...announcement,
    facts: Object.fromEntries(facts),
  })),
  ...result.serialPorts.map(({ resource, path, description }): JsonObject => ({
    type: 'serialPort',
    resource: canonicalResource(resource),
    path,
    description,
  })),
];

/** Whether there is anything to show. */
export const isEmpty = ({ instruments, result }: Findings): boolean =>
  instruments.length + result.trials.length + result.announced.length + result.serialPorts.length === 0;

/** The options of its manager. */
const configOf = (
  { kind, driver, identity, name, resources }: FoundInstrument,
  baudRate: number | undefined,
): JsonObject => {
  const [resource = ''] = resources;
  const isOtherRate = resource.startsWith('ASRL') && baudRate !== undefined && baudRate !== DEFAULT_BAUD_RATE;
  return {
    kind,
    driver: driver ?? `./${name}.yaml`,
    ...(driver === undefined ? {} : { model: identity.model }),
    resource,
    ...(isOtherRate ? { link: { baudRate } } : {}),
  };
};

const managerLines = (found: FoundInstrument, baudRate: number | undefined): readonly string[] => {
  const { name, identity, driver, resources } = found;
  const [, ...others] = resources;
  const config = Object.entries(configOf(found, baudRate));
  return [
    `  # ${shownText(identity.text) || 'It answered with nothing'}`,
    ...(driver === undefined ? [`  # No driver file knows it: write ${name}.yaml, ${GUIDE} says how`] : []),
    `  ${name}:`,
    ...config.map(([key, value]) => `    ${key}: ${yamlValue(value)}`),
    ...others.map((other) => `    # or: ${shownText(other)}`),
  ];
};
