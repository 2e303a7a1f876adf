import { seededRandom } from '../../core/random.js';
import { createInstrument } from '../../simulators/instrument/create-instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createDriverFiles } from '../../station/driver-files.js';
import { systemClock } from '../../station/system-clock.js';

export const SUPPLY_IDENTITY = /^Keysight Technologies,E36313A,[^,]+,[^,]+$/;

/** A simulated E36313A for real clients: three outputs, nothing connected to them. */
export const simulatedSupply = (): SimulatedInstrument =>
  createInstrument({
    name: 'psu1',
    file: createDriverFiles('.').read('keysight-e36300'),
    model: 'E36313A',
    clock: systemClock,
    random: seededRandom(1),
  });
