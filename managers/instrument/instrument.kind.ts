import type { ManagerKind } from '../../core/connector.js';
import { openInstrument } from '../scpi/instrument-options.js';
import { checkInstrumentOptions } from './check-options.js';
import { hasChannels, instrumentManager } from './instrument.manager.js';
import { instrumentOptions, instrumentOptionsSchema } from './instrument.options.js';

/** Any instrument that has a driver file: its parameters, commands, channels and limits are those of the file. */
export const instrumentKind: ManagerKind = {
  optionsSchema: instrumentOptionsSchema,
  create: (checked, context) => {
    const options = instrumentOptions(checked);
    const { resolved, createDevice } = openInstrument(options, context);
    checkInstrumentOptions(options, resolved);
    const manager = instrumentManager(resolved, options);
    const channels = hasChannels(resolved) ? createDevice().channels : undefined;
    return manager.create({ ...context, createDriver: createDevice, ...(channels === undefined ? {} : { channels }) });
  },
};
