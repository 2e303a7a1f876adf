import { resolveDriver, type ResolvedDriver } from '../../core/driver-file/resolve.js';
import { HardwareError } from '../../core/errors.js';
import type { JsonSchema } from '../../core/json-value.js';
import type { LinkSettings } from '../../core/link.js';
import type { ManagerContext } from '../../core/manager.js';
import { createScpiDevice } from './scpi-device.js';
import type { ScpiDevice } from './scpi-device-shape.js';

/** How a config names an instrument: what it is and where it is. */
export type InstrumentOptions = {
  readonly driver: string;
  readonly model?: string;
  readonly resource: string;
  readonly link?: LinkSettings;
};

const MAX_TIME_MS = 600_000;
const time = (description: string): JsonSchema => ({ description, type: 'number', minimum: 1, maximum: MAX_TIME_MS });
const termination = (description: string): JsonSchema => ({ description, type: 'string', maxLength: 4 });

const linkProperties: { readonly [Setting in keyof LinkSettings]-?: JsonSchema } = {
  timeoutMs: time('Time for an answer, ms; else what the driver file says, else 2000'),
  openTimeoutMs: time('Time to connect, ms; else 5000'),
  writeTermination: termination('Put behind every message; else what the driver file says, else what the road uses'),
  readTermination: termination('Ends an answer; else what the driver file says, else LF with or without CR'),
  baudRate: { description: 'Of a serial line; else 9600', type: 'integer', minimum: 50, maximum: 4_000_000 },
  dataBits: { description: 'Of a serial line; else 8', enum: [5, 6, 7, 8] },
  parity: { description: 'Of a serial line; else none', enum: ['none', 'even', 'odd'] },
  stopBits: { description: 'Of a serial line; else 1', enum: [1, 2] },
  flowControl: { description: 'Of a serial line; else none', enum: ['none', 'hardware', 'software'] },
};

/** Schemas of the options that every kind driven by a driver file has. */
export const instrumentProperties: { readonly [Option in keyof InstrumentOptions]-?: JsonSchema } = {
  driver: {
    description: 'A shipped driver file by its name (keysight-e36300), or one of your own by its path (./mine.yaml)',
    type: 'string',
    minLength: 1,
    maxLength: 1024,
  },
  model: {
    description: 'The only model that may answer; else any that the driver file has',
    type: 'string',
    minLength: 1,
    maxLength: 64,
  },
  resource: {
    description:
      'VISA resource string: TCPIP::10.0.0.7::5025::SOCKET, TCPIP::10.0.0.7::INSTR, GPIB::5::INSTR, ASRL/dev/ttyUSB0::INSTR',
    type: 'string',
    minLength: 1,
    maxLength: 256,
  },
  link: {
    description: 'How the road to it is used, where that differs from the driver file',
    type: 'object',
    properties: linkProperties,
    additionalProperties: false,
  },
};

/** The driver of a config, and what opens the instrument. Errors: BAD_ARGUMENT for a driver, model or resource that is not
 *  there, or a driver file that is wrong. */
export const openInstrument = (
  { driver, model, resource, link }: InstrumentOptions,
  { drivers, links, clock }: Pick<ManagerContext, 'drivers' | 'links' | 'clock'>,
): { readonly resolved: ResolvedDriver; readonly createDevice: () => ScpiDevice } => {
  const file = drivers.read(driver);
  const resolved = resolveDriver(file);
  if (model !== undefined && !resolved.models.has(model))
    throw new HardwareError(
      'BAD_ARGUMENT',
      `model: ${driver} drives ${[...resolved.models.keys()].join(', ')}, not ${model}`,
    );
  links.check(resource);
  // Its port is for who writes resource strings; the road takes no notice of it.
  const settings: LinkSettings = { ...file.link, ...link };
  const openLink: Parameters<typeof createScpiDevice>[0]['openLink'] = (call) => links.open(resource, settings, call);
  const createDevice = (): ScpiDevice =>
    createScpiDevice({ driver: resolved, openLink, clock, ...(model === undefined ? {} : { model }) });
  return { resolved, createDevice };
};
