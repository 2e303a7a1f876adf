import { noDriverFiles } from '../../../core/driver-file/driver-files.js';
import { noLinks } from '../../../core/link.js';
import type { ConnectorKind, ManagerKind, ServiceKind } from '../../../core/connector.js';
import { defineManager } from '../../../core/define-manager.js';
import type { Device } from '../../../core/device.js';
import { HardwareError } from '../../../core/errors.js';
import { declare } from '../../../core/parameter.js';
import { checkConfig } from '../../../station/config/check-config.js';
import { inFileOrder, printProblem } from '../../../station/config/problem.js';
import type { StationConfig } from '../../../station/config/station-config.js';
import { readTree } from '../../../station/config/yaml-tree.js';
import type { Registries } from '../../../station/registries.js';

type Rack = Device & { readonly blocks: readonly number[] };

const { numeric } = declare<Rack>();
const rackManager = defineManager<Rack>({
  kind: 'rack',
  description: 'A rack that does nothing',
  parameters: { voltage: numeric({ description: 'Voltage', unit: 'V', read: () => Promise.resolve(0) }) },
  makeSafe: () => Promise.resolve(),
});

/** A manager kind with blocks 1..n; 13 blocks are more than its schema can forbid. */
export const rackKind: ManagerKind = {
  optionsSchema: {
    type: 'object',
    properties: { blocks: { type: 'integer', minimum: 1, default: 1 }, name: { type: 'string' } },
    additionalProperties: false,
  },
  create: ({ blocks }, context) => {
    if (blocks === 13) throw new HardwareError('BAD_ARGUMENT', 'blocks: 13 is an unlucky number');
    const channels = Array.from({ length: Number(blocks) }, (_, index) => index + 1);
    const rack = { blocks: channels, open: () => Promise.resolve(), close: () => Promise.resolve() };
    return rackManager.create({ ...context, channels, createDriver: () => rack });
  },
};

const probeManager = defineManager<Device>({
  kind: 'probe',
  description: 'A thermometer',
  parameters: {
    temperature: declare<Device>().numeric({
      description: 'Temperature',
      unit: 'K',
      scope: 'manager',
      read: () => Promise.resolve(293),
    }),
  },
  makeSafe: () => Promise.resolve(),
});

/** A manager kind without channels and without voltage. */
const probeKind: ManagerKind = {
  optionsSchema: { type: 'object', properties: {}, additionalProperties: false },
  create: (_options, context) =>
    probeManager.create({
      ...context,
      createDriver: () => ({ open: () => Promise.resolve(), close: () => Promise.resolve() }),
    }),
};

const portKind: ConnectorKind = {
  optionsSchema: {
    type: 'object',
    properties: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'integer', minimum: 0, maximum: 65535 },
      publish: { type: 'string' },
      blocks: { type: 'object', propertyNames: { pattern: '^[1-9]$' }, additionalProperties: { type: 'string' } },
      token: { type: 'string', minLength: 8 },
    },
    additionalProperties: false,
  },
  create: () => ({ start: () => Promise.resolve([]), stop: () => Promise.resolve(), peers: () => [] }),
};

const watchKind: ServiceKind = {
  optionsSchema: {
    type: 'object',
    properties: { manager: { type: 'string' } },
    required: ['manager'],
    additionalProperties: false,
  },
  create: () => ({ start: () => Promise.resolve(), stop: () => Promise.resolve() }),
};

/** Kinds of each sort. */
export const testKinds: Registries = {
  managers: { rack: () => Promise.resolve(rackKind), probe: () => Promise.resolve(probeKind) },
  connectors: { port: () => Promise.resolve(portKind) },
  services: { watch: () => Promise.resolve(watchKind) },
  links: () => noLinks,
  drivers: noDriverFiles,
};

const secrets: Readonly<Record<string, string>> = { 'token.txt': 'sesame-open-now\n', 'short.txt': 'hush' };

const read = (text: string, env: Readonly<Record<string, string>>) =>
  checkConfig(
    readTree(text, {
      env,
      readSecret: (path) => {
        const secret = secrets[path];
        if (secret === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
        return secret;
      },
    }),
    testKinds,
  );

/** The lines a person would see. */
export const problemsIn = async (
  text: string,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => {
  const checked = await read(text, env);
  if ('config' in checked) return [];
  return inFileOrder(checked.problems).map((problem) => printProblem('lab.yaml', problem));
};

export const configIn = async (text: string, env: Readonly<Record<string, string>> = {}): Promise<StationConfig> => {
  const checked = await read(text, env);
  if ('config' in checked) return checked.config;
  throw new Error(checked.problems.map((problem) => printProblem('lab.yaml', problem)).join('\n'));
};
