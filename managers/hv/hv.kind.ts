import type { ManagerKind } from '../../core/connector.js';
import { HardwareError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import type { LinkSettings } from '../../core/link.js';
import type { HardwareManager, ManagerContext } from '../../core/manager.js';
import { seededRandom } from '../../core/random.js';
import { FlukeAgilent } from './fluke-agilent.driver.js';
import type { Block, HvDriver } from './hv.driver.js';
import { hvManager } from './hv.manager.js';
import { blocksOf, hvOptions, hvOptionsSchema, type HvOptions } from './hv.options.js';
import { VirtualRack } from './hv.sim.js';

type Wiring = {
  readonly options: HvOptions;
  readonly blocks: readonly Block[];
  readonly context: ManagerContext;
};

/** What a driver adds to a rack: a new one for each connect, and how often it is asked. */
type DriverKind = (wiring: Wiring) => { readonly createDriver: () => HvDriver; readonly pollMs: number };

const virtual: DriverKind = ({ options, blocks, context }) => {
  const { rampVPerS, noiseV, seed, measuringPeriodMs } = options;
  const random = seed === null ? context.random : seededRandom(seed);
  const rack = new VirtualRack({ clock: context.clock, blocks, rampVPerS, noiseV, random });
  return { createDriver: () => rack, pollMs: measuringPeriodMs };
};

/** What the library of the HV server put behind each command (spec 4.1); END comes with its last byte. */
const asTheHvServer: LinkSettings = { writeTermination: '\r\n' };

/** 200 power line cycles at 60 Hz, and a margin: before, the voltmeter has no result. */
const SHORTEST_MEASUREMENT_MS = 3_400;

const flukeAgilent: DriverKind = ({ options, blocks, context }) => {
  const { calibrator, voltmeter, calibration, measuringPeriodMs, verify } = options;
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) {
    throw new HardwareError(
      'BAD_ARGUMENT',
      `blocks: fluke-agilent has one, not ${blocks.length}; make each rack a manager of its own`,
    );
  }
  if (measuringPeriodMs < SHORTEST_MEASUREMENT_MS) {
    const text = `measuringPeriodMs ${measuringPeriodMs} is too short: the voltmeter needs 200 power line cycles, ${SHORTEST_MEASUREMENT_MS} ms or more`;
    throw new HardwareError('BAD_ARGUMENT', text);
  }
  const createDriver = (): HvDriver =>
    new FlukeAgilent({
      clock: context.clock,
      block,
      calibration,
      measuringMs: measuringPeriodMs,
      verify,
      openCalibrator: (call) => context.links.open(calibrator, asTheHvServer, call),
      openVoltmeter: (call) => context.links.open(voltmeter, asTheHvServer, call),
    });
  return { createDriver, pollMs: 0 };
};

const drivers: Readonly<Record<HvOptions['driver'], DriverKind>> = { virtual, 'fluke-agilent': flukeAgilent };

const createHv = (checked: JsonObject, context: ManagerContext): HardwareManager => {
  const options = hvOptions(checked);
  const limits = blocksOf(options);
  const blocks = [...limits.keys()];
  const { createDriver, pollMs } = drivers[options.driver]({ options, blocks, context });
  const { settlingMs, busyScope, safeVoltage } = options;
  const limitsOf = (block: Block) => limits.get(block);
  const manager = hvManager({ clock: context.clock, pollMs, settlingMs, busyScope, safeVoltage, limitsOf });
  return manager.create({ ...context, createDriver, channels: blocks });
};

/** High-voltage racks: virtual, or Fluke and Agilent. */
export const hvKind: ManagerKind = {
  optionsSchema: hvOptionsSchema,
  create: (checked, context) => {
    const { driver, calibrator, voltmeter } = hvOptions(checked);
    if (driver === 'fluke-agilent') for (const resource of [calibrator, voltmeter]) context.links.check(resource);
    return createHv(checked, context);
  },
};
