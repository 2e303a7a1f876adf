import { HardwareError } from '../../core/errors.js';
import type { Json, JsonObject, JsonSchema } from '../../core/json-value.js';
import type { Limits } from '../../core/parameter.js';
import { measuredCalibration, type Calibration } from './calibration.js';
import type { Block } from './hv.driver.js';

type BlockOptions = { readonly id: Block; readonly limits?: Limits };

/** The options of the kind `hv`, as the config has them. */
export type HvOptions = {
  readonly driver: 'virtual' | 'fluke-agilent';
  readonly blocks: number | readonly BlockOptions[];
  readonly limits: Limits;
  readonly settlingMs: number;
  readonly measuringPeriodMs: number;
  readonly busyScope: 'manager' | 'channel';
  readonly safeVoltage: number | null;
  readonly rampVPerS: number;
  readonly noiseV: number;
  readonly seed: number | null;
  readonly calibration: Calibration;
  readonly calibrator: string;
  readonly voltmeter: string;
  readonly verify: boolean;
};

export const hvDefaults: HvOptions = {
  driver: 'virtual',
  blocks: 1,
  limits: {},
  settlingMs: 2_000,
  measuringPeriodMs: 4_000,
  busyScope: 'manager',
  safeVoltage: 0,
  rampVPerS: 200,
  noiseV: 0.5,
  seed: null,
  calibration: measuredCalibration,
  calibrator: 'GPIB::4::INSTR',
  voltmeter: 'GPIB::20::INSTR',
  verify: false,
};

/** Longest pause that a config may ask for: an hour. */
const MAX_PAUSE_MS = 3_600_000;
const MAX_BLOCKS = 64;

const limitsSchema = (description: string): JsonSchema => ({
  description,
  type: 'object',
  properties: {
    minimum: { description: 'Lowest voltage that is taken, V', type: 'number' },
    maximum: { description: 'Highest voltage that is taken, V', type: 'number' },
  },
  additionalProperties: false,
});

const blockSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: {
      description: 'How clients call it; 1 and "1" are the same',
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', pattern: '^[a-z][a-z0-9-]*$' },
      ],
    },
    limits: limitsSchema('Limits of this block; those of the rack unless given'),
  },
  required: ['id'],
  additionalProperties: false,
};

const calibrationSchema: JsonSchema = {
  description: 'From control volts to output volts, and from voltmeter volts to output volts; fluke-agilent only',
  type: 'object',
  properties: {
    slope: {
      description: 'A: output volts per volt at the control input',
      type: 'number',
      exclusiveMinimum: 0,
      default: measuredCalibration.slope,
    },
    intercept: {
      description: 'B: output volts at 0 V on the control input',
      type: 'number',
      default: measuredCalibration.intercept,
    },
    divider: {
      description: 'Output volts per volt at the voltmeter, with the sign of the divider',
      type: 'number',
      default: measuredCalibration.divider,
    },
  },
  additionalProperties: false,
};

const options: { readonly [Option in keyof HvOptions]: JsonSchema } = {
  driver: {
    description:
      'virtual: a rack without hardware; fluke-agilent: FuG 35 kV supply with Fluke 5502E and Agilent 34401A',
    enum: ['virtual', 'fluke-agilent'],
  },
  blocks: {
    description: 'The outputs: how many (named 1, 2, ...), or a list of them with their limits',
    anyOf: [
      { type: 'integer', minimum: 1, maximum: MAX_BLOCKS },
      { type: 'array', items: blockSchema, minItems: 1, maxItems: MAX_BLOCKS },
    ],
  },
  limits: limitsSchema(
    'Voltages that clients may ask for, on every block that has no limits of its own; none unless given',
  ),
  settlingMs: {
    description: 'From the written setpoint to the answer, or to the first look at the voltage, ms',
    type: 'number',
    minimum: 0,
    maximum: MAX_PAUSE_MS,
  },
  measuringPeriodMs: {
    description:
      'From one measurement to the next, ms. virtual: 0 measures in every turn of the event loop. ' +
      'fluke-agilent: the time between READ? and its answer, 200 power line cycles: at least 3400',
    type: 'number',
    minimum: 0,
    maximum: MAX_PAUSE_MS,
  },
  busyScope: {
    description: 'What a running command makes busy: the whole manager, as the HV server did, or its block alone',
    enum: ['manager', 'channel'],
  },
  safeVoltage: {
    description: 'What makeSafe programs on all blocks, V, whatever their limits; null: it leaves the voltage as it is',
    type: ['number', 'null'],
  },
  rampVPerS: { description: 'How fast the virtual output moves, V/s', type: 'number', exclusiveMinimum: 0 },
  noiseV: { description: 'Largest deviation of the virtual output by noise, V', type: 'number', minimum: 0 },
  seed: {
    description: 'Makes the noise of the virtual rack the same on every start; null: a new one each time',
    type: ['integer', 'null'],
  },
  calibration: calibrationSchema,
  calibrator: { description: 'Resource string of the Fluke 5502E; fluke-agilent only', type: 'string', minLength: 1 },
  voltmeter: { description: 'Resource string of the Agilent 34401A; fluke-agilent only', type: 'string', minLength: 1 },
  verify: {
    description:
      'true: also asks OUT? (what is the setpoint) and *ESR? (was it switched off and on); ' +
      'false: exactly the conversation of the HV server. fluke-agilent only',
    type: 'boolean',
  },
};

const defaults: { readonly [option: string]: Json } = hvDefaults;

/** JSON Schema of the options, each with its description and default. */
export const hvOptionsSchema: JsonSchema = {
  description: 'High-voltage rack',
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(options).map(([name, schema]) => [name, { ...schema, default: defaults[name] ?? null }]),
  ),
  additionalProperties: false,
};

/** Options that have passed the schema, with their defaults. */
export const hvOptions = (checked: JsonObject): HvOptions => {
  const given = checked as Partial<HvOptions>;
  return { ...hvDefaults, ...given, calibration: { ...hvDefaults.calibration, ...given.calibration } };
};

/** Each block with its limits, in the order of the config. Errors: BAD_ARGUMENT for what a schema cannot say. */
export const blocksOf = ({
  blocks,
  limits,
}: Pick<HvOptions, 'blocks' | 'limits'>): ReadonlyMap<Block, Limits | undefined> => {
  const list = typeof blocks === 'number' ? Array.from({ length: blocks }, (_, index) => ({ id: index + 1 })) : blocks;
  const found = new Map<Block, Limits | undefined>();
  const names = new Set<string>();
  for (const block of list) {
    const name = String(block.id);
    if (names.has(name)) throw new HardwareError('BAD_ARGUMENT', `blocks: there are two of the name ${name}`);
    names.add(name);
    found.set(block.id, inOrder(name, ('limits' in block ? block.limits : undefined) ?? limits));
  }
  return found;
};

/** Undefined: anything goes. */
const inOrder = (block: string, limits: Limits): Limits | undefined => {
  const { minimum, maximum } = limits;
  if (minimum === undefined && maximum === undefined) return undefined;
  if ((minimum ?? -Infinity) <= (maximum ?? Infinity)) return limits;
  throw new HardwareError(
    'BAD_ARGUMENT',
    `blocks: the limits of block ${block}, ${minimum}..${maximum} V, let nothing pass`,
  );
};
