import { sameChannel } from '../../core/address-problem.js';
import type { ManagerKind } from '../../core/connector.js';
import { channelId } from '../../core/driver-file/resolve.js';
import { HardwareError } from '../../core/errors.js';
import type { ManagerContext } from '../../core/manager.js';
import { openInstrument } from '../scpi/instrument-options.js';
import { checkDriverOptions, checkOutputs, ownerOf } from './check-options.js';
import { ExternalPsu, externalModel } from './external.driver.js';
import type { Output, PsuDriver, PsuModel } from './psu.driver.js';
import { psuManager } from './psu.manager.js';
import { psuOptions, virtualDefaults, type PsuOptions } from './psu.options.js';
import { psuOptionsSchema } from './psu.schema.js';
import { VirtualPsu, virtualModel, type VirtualOutput } from './psu.sim.js';
import { psuModelOf, ScpiPsu } from './scpi-psu.driver.js';
import { shellRunner } from './shell-command.js';
import { Supply, type SupplyMemory } from './supply.js';

/** What a driver adds to a supply: what it has, and a new driver for each connect. */
type DriverKind = (
  options: PsuOptions,
  context: ManagerContext,
) => { readonly model: PsuModel; readonly createDriver: () => PsuDriver };

const virtual: DriverKind = (options, { clock, random }) => {
  const { outputs: built, loads } = { ...virtualDefaults, ...options.virtual };
  const stray = Object.keys(loads).find((output) => built[Number(output) - 1] === undefined);
  if (stray !== undefined)
    throw new HardwareError(
      'BAD_ARGUMENT',
      `virtual.loads: there is no output ${stray}; there are 1 to ${built.length}`,
    );
  const outputs = built.map((output, index): VirtualOutput => ({ ...output, ...loads[String(index + 1)] }));
  const supply = new VirtualPsu({ clock, random, outputs });
  return { model: virtualModel(outputs), createDriver: () => supply };
};

/** A command gets this long; PSUDaemon waited for ever. */
const COMMAND_LIMIT_MS = 5_000;

const external: DriverKind = ({ ping, getChannels = '', idn }, { clock }) => {
  const identity = { manufacturer: '', model: '', serial: '', revision: '', ...idn };
  const run = shellRunner(clock);
  const settings = { clock, run, ping, getChannels, identity, limitMs: COMMAND_LIMIT_MS };
  return { model: externalModel, createDriver: () => new ExternalPsu(settings) };
};

const driverFile: DriverKind = ({ driver, model, resource, link }, context) => {
  if (resource === undefined)
    throw new HardwareError('BAD_ARGUMENT', `resource: where is the ${driver}? such as TCPIP::10.0.0.7::5025::SOCKET`);
  const named = {
    driver,
    resource,
    ...(model === undefined ? {} : { model }),
    ...(link === undefined ? {} : { link }),
  };
  const { resolved, createDevice } = openInstrument(named, context);
  const { family } = resolved.file;
  if (family !== 'psu')
    throw new HardwareError('BAD_ARGUMENT', `driver: ${driver} drives a ${family}, no supply; use kind: instrument`);
  return { model: psuModelOf(resolved, model), createDriver: () => new ScpiPsu(createDevice()) };
};

const drivers: Readonly<Record<string, DriverKind>> = { virtual, external };

/** What the config says of the outputs, under the ids that the supply has. */
const memoryOf = ({ outputs, channels }: PsuOptions, model: PsuModel): SupplyMemory => {
  const known = (output: Output): Output =>
    model.outputs.find((id) => sameChannel(id, output)) ?? channelId(String(output));
  const settings = new Map(Object.entries(channels).map(([output, its]) => [output, its] as const));
  const named = Object.entries(channels).flatMap(([output, { name }]) =>
    name === undefined ? [] : [[output, name] as const],
  );
  return {
    names: new Map(named),
    settingsOf: (output) => settings.get(String(output)) ?? {},
    wanted: outputs?.map(known),
  };
};

/** Power supplies: virtual, by driver file, or reported on by shell commands. */
export const psuKind: ManagerKind = {
  optionsSchema: psuOptionsSchema,
  create: (checked, context) => {
    const options = psuOptions(checked);
    checkDriverOptions(options);
    const { model, createDriver } = (drivers[ownerOf(options.driver)] ?? driverFile)(options, context);
    checkOutputs(options, model);
    const { pollMs, statusPollMs, settingsPollMs, safe } = options;
    const paces = { measured: pollMs, status: statusPollMs, setting: settingsPollMs };
    const memory = memoryOf(options, model);
    const manager = psuManager({ clock: context.clock, model, paces, safe });
    return manager.create({
      ...context,
      createDriver: () => new Supply(createDriver(), memory),
      channels: memory.wanted ?? model.outputs,
    });
  },
};
