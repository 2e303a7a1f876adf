import type { Device } from './device.js';
import { DefinedManager } from './defined-manager.js';
import type { DefinedManagerOptions, ManagerDefinition } from './manager-definition.js';
import type { ChannelId } from './message.js';

export type { DefinedManagerOptions, ManagerDefinition };

/** Makes a manager class out of a declaration: polling, limits, replies, reconnecting and safe stop are the engine's. */
export const defineManager = <Driver extends Device, Channel extends ChannelId = number>(
  definition: ManagerDefinition<Driver, Channel>,
) => ({
  definition,
  create: (options: DefinedManagerOptions<Driver, Channel>): DefinedManager<Driver, Channel> =>
    new DefinedManager(definition, options),
});
