import { createInterface } from 'node:readline';
import type { JsonObject } from '../core/json-value.js';
import { HardwareError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { seededRandom } from '../core/random.js';
import { Bench } from '../simulators/bench/bench.device.js';
import type { BenchOptions, ServerOptions } from '../simulators/bench/bench.options.js';
import { benchPlan, type PlannedInstrument } from '../simulators/bench/bench.plan.js';
import { createServer } from '../simulators/bench/bench.servers.js';
import { driverFiles } from '../station/driver-files.js';
import { systemClock } from '../station/system-clock.js';
import { CliError } from './exit.js';
import type { Lines } from './print.js';
import { turnKnob } from './simulate-knobs.js';
import { configLines } from './simulate-config.js';

export type SimulateOptions = {
  readonly model?: string;
  readonly serial?: string;
  readonly host?: string;
  readonly port?: number;
  readonly vxi11?: number;
  readonly hislip?: number;
  readonly portmapper?: number;
  /** `1=10`: output and ohms. */
  readonly load?: readonly string[];
  readonly fault?: readonly string[];
  readonly seed?: number;
};

/** `busbar simulate keysight-e36300 --port 5025`: plays one instrument until the signal. The ways to it go to `out`, all
 *  else to `err`; a line of `input` is a knob. */
export const simulate = async (
  file: string,
  options: SimulateOptions,
  { input, signal }: { readonly input: NodeJS.ReadableStream; readonly signal: AbortSignal },
  lines: Lines,
): Promise<void> => {
  const { bench, planned } = refusing(() => assemble(file, options, logTo(lines)));
  await bench.open().catch((thrown: unknown) => {
    throw new CliError('refused', thrown instanceof Error ? thrown.message : String(thrown));
  });
  for (const resource of bench.resources) lines.out(resource);
  for (const line of configLines(planned, bench.resources)) lines.err(line);
  const reader = createInterface({ input });
  reader.on('line', (line) => {
    for (const answer of turnKnob(bench, planned.name, line)) lines.err(answer);
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  reader.close();
  await bench.close();
};

const assemble = (
  file: string,
  options: SimulateOptions,
  log: Logger,
): { bench: Bench; planned: PlannedInstrument } => {
  const clock = systemClock;
  const random = seededRandom(options.seed ?? Math.floor(Math.random() * 2 ** 32));
  const { driver } = driverFiles.read(file);
  const benchOptions = benchOptionsOf(file, driver, options);
  const plan = benchPlan(benchOptions, driverFiles);
  const planned = plan.get(driver);
  if (planned === undefined) throw new HardwareError('INTERNAL', `${driver} is missing in its own plan`);
  const socketPort = planned.blueprint.driver.file.link?.port;
  const bench = new Bench({
    plan,
    clock,
    random,
    createServers: (find) =>
      benchOptions.servers.map((server) => createServer(server, find, { clock, log, socketPort })),
  });
  return { bench, planned };
};

const benchOptionsOf = (file: string, name: string, options: SimulateOptions): BenchOptions => {
  const { model, serial, fault = [], load = [], seed = null } = options;
  const loads = Object.fromEntries(load.map(loadOf));
  const instrument = {
    driver: file,
    faults: fault,
    ...(load.length === 0 ? {} : { loads }),
    ...(model === undefined ? {} : { model }),
    ...(serial === undefined ? {} : { serial }),
  };
  return { instruments: { [name]: instrument }, servers: serversOf(name, options), seed };
};

const serversOf = (
  name: string,
  { host, port, vxi11, hislip, portmapper }: SimulateOptions,
): readonly ServerOptions[] => {
  const place = host === undefined ? {} : { host };
  const isVxi11 = vxi11 !== undefined || portmapper !== undefined;
  const isOnlyThese = port === undefined && (isVxi11 || hislip !== undefined);
  return [
    ...(isOnlyThese
      ? []
      : [{ protocol: 'socket', instrument: name, ...place, ...(port === undefined ? {} : { port }) } as const]),
    ...(isVxi11
      ? [
          {
            protocol: 'vxi11',
            devices: { inst0: name },
            ...place,
            port: vxi11 ?? 0,
            ...(portmapper === undefined ? {} : { portmapper }),
          } as const,
        ]
      : []),
    ...(hislip === undefined
      ? []
      : [{ protocol: 'hislip', devices: { hislip0: name }, ...place, port: hislip } as const]),
  ];
};

const loadOf = (text: string): readonly [string, number] => {
  const [, output, ohms] = /^([\w-]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (output === undefined || ohms === undefined)
    throw new CliError('usage', `--load "${text}": write output=ohms, such as 1=10`);
  return [output, Number(ohms)];
};

const refusing = <T>(work: () => T): T => {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof HardwareError) throw new CliError('refused', thrown.message);
    throw thrown;
  }
};

/** What a server has to say is for the person at the terminal. */
const logTo = ({ err }: Lines): Logger => {
  const say = (message: string, fields: JsonObject | object = {}): void => {
    err(`${message}${Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`}`);
  };
  const log: Logger = {
    error: say,
    warn: say,
    info: () => undefined,
    debug: () => undefined,
    isDebug: () => false,
    child: () => log,
  };
  return log;
};
