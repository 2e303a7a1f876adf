import type { Connector, ConnectorKind, ManagerKind, Service, ServiceKind } from '../../core/connector.js';
import { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import { defineManager } from '../../core/define-manager.js';
import type { Device } from '../../core/device.js';
import type { JsonObject } from '../../core/json-value.js';
import { noDriverFiles } from '../../core/driver-file/driver-files.js';
import { noLinks } from '../../core/link.js';
import { silentLog } from '../../core/log.js';
import type { Failure, Output, Reply } from '../../core/message.js';
import { declare } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { createCompiler } from '../../schemas/compiler.js';
import type { ConfigResult } from '../../station/config/read-config.js';
import type { StationConfig } from '../../station/config/station-config.js';
import { LogRing } from '../../station/log/log-ring.js';
import type { Registries } from '../../station/registries.js';
import { Station } from '../../station/station.js';

/** What happened, in order, as parts tell it. */
export type Diary = string[];

const { numeric, command } = declare<Device>();

/** Parts that write down what is done to them; options steer them: `fails`, `hangs`. */
export const fakeKinds = (diary: Diary): Registries => {
  const part = (name: string, options: JsonObject): Service => ({
    start: () => {
      if (options['fails'] === true)
        return Promise.reject(new HardwareError('DEVICE_FAULT', `${name}: address in use`));
      diary.push(`${name} started`);
      return Promise.resolve();
    },
    stop: () => {
      diary.push(`${name} stopped`);
      return options['hangs'] === true ? new Promise(() => undefined) : Promise.resolve();
    },
  });
  const connectorKind: ConnectorKind = {
    optionsSchema: { type: 'object' },
    create: (options, { name }): Connector => {
      const fake = part(name, options);
      return {
        start: async () => {
          await fake.start();
          return [{ name, url: `tcp://127.0.0.1:${Number(options['port'] ?? 1)}` }];
        },
        stop: fake.stop,
        peers: () => [],
      };
    },
  };
  const serviceKind: ServiceKind = {
    optionsSchema: { type: 'object' },
    create: (options, { name }) => part(name, options),
  };
  const managerKind: ManagerKind = {
    optionsSchema: { type: 'object' },
    create: (options, context) => {
      const { manager } = context.stream;
      return defineManager<Device>({
        kind: 'fake',
        description: 'Writes down what is done to it',
        parameters: {
          level: numeric({ description: 'Level', unit: 'V', scope: 'manager', read: () => Promise.resolve(5) }),
        },
        commands: {
          wait: command({
            description: 'Runs until it is aborted',
            arguments: {},
            busy: 'reject',
            target: 'manager',
            timeoutMs: 60_000,
            run: (_driver, _channel, _values, { signal }) =>
              new Promise((_resolve, reject) => {
                signal.addEventListener('abort', () => {
                  reject(new HardwareError('ABORTED', 'aborted'));
                });
              }),
          }),
        },
        makeSafe: () => {
          if (options['unsafe'] === true) return Promise.reject(new HardwareError('DEVICE_FAULT', 'relay stuck'));
          diary.push(`${manager} safe`);
          return Promise.resolve();
        },
      }).create({
        ...context,
        createDriver: () => ({
          open: () => {
            diary.push(`${manager} opened`);
            return Promise.resolve();
          },
          close: () => {
            diary.push(`${manager} closed`);
            return Promise.resolve();
          },
        }),
      });
    },
  };
  return {
    connectors: { fake: () => Promise.resolve(connectorKind) },
    services: { fake: () => Promise.resolve(serviceKind) },
    links: () => noLinks,
    drivers: noDriverFiles,
    managers: { fake: () => Promise.resolve(managerKind), player: () => Promise.resolve(managerKind) },
    playing: ['player'],
  };
};

export const settings: StationConfig['station'] = {
  name: 'test',
  safeAction: 'none',
  safeActionTimeoutMs: 500,
  gpib: {},
  log: { level: 'info', format: 'text', fileBytes: 0, files: 1 },
  history: { points: 100, bucketMs: 1000, buckets: 0, parameters: 100 },
};

const fakes = (names: Readonly<Record<string, JsonObject>>) =>
  Object.fromEntries(Object.entries(names).map(([name, options]) => [name, { kind: 'fake', options }]));

type Names = Readonly<Record<string, JsonObject>>;

export const configOf = (parts: {
  readonly managers?: Names;
  readonly connectors?: Names;
  readonly services?: Names;
  readonly station?: Partial<StationConfig['station']>;
}): StationConfig => ({
  station: { ...settings, ...parts.station },
  managers: fakes(parts.managers ?? {}),
  connectors: fakes(parts.connectors ?? {}),
  services: fakes(parts.services ?? {}),
});

/** A station on fakes, with everything that it says. */
export const fakeStation = (config: StationConfig, clock: Clock) => {
  const diary: Diary = [];
  const outputs: Output[] = [];
  const logged: string[] = [];
  const bus = new Bus({ clock });
  bus.outputs.subscribe((output) => outputs.push(output));
  let next: ConfigResult = { type: 'config', config };
  const log = { ...silentLog, setLevel: () => undefined, error: (message: string) => logged.push(message) };
  const station = new Station({
    config,
    registries: fakeKinds(diary),
    bus,
    clock,
    random: seededRandom(1),
    log,
    logRing: new LogRing(10),
    compile: createCompiler(),
    links: noLinks,
    loopDelay: { take: () => ({ p99Ms: 0, longestMs: 0 }), stop: () => undefined },
    memory: () => ({ rssBytes: 1, heapUsedBytes: 1 }),
    version: '1.2.3',
    facts: {},
    readConfig: () => Promise.resolve(next),
  });
  const answers = () =>
    outputs.filter((output): output is Reply | Failure => output.type === 'reply' || output.type === 'failure');
  return {
    station,
    bus,
    diary,
    outputs,
    logged,
    answers,
    /** What the config file holds from now on. */
    write: (result: StationConfig | readonly string[]) => {
      next = 'station' in result ? { type: 'config', config: result } : { type: 'problems', problems: result };
    },
    send: (manager: string, command: string, values: JsonObject = {}) => {
      bus.submit({ manager, command, arguments: values, origin: { connector: 'test', peer: '1' } });
    },
  };
};
