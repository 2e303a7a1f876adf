import type { Device } from './device.js';
import { DefinedManager } from './defined-manager.js';
import type { ManagerContext } from './manager.js';
import type { ChannelId } from './message.js';
import type { Call, CommandSpec, Parameter } from './parameter.js';

/** A kind of instrument, declared once: every protocol follows from it (ARCHITECTURE, the one idea). */
export type ManagerDefinition<Driver, Channel extends ChannelId> = {
  readonly kind: string;
  readonly description: string;
  /** Asked after each connect; absent: the device is one thing without channels. */
  readonly channels?: (driver: Driver) => readonly Channel[];
  readonly parameters: { readonly [name: string]: Parameter<Driver, Channel> };
  readonly commands?: { readonly [name: string]: CommandSpec<Driver, Channel> };
  /** Idempotent; does what it can when half of the device is dead. */
  readonly makeSafe: (driver: Driver, call: Call) => Promise<void>;
};

export type DefinedManagerOptions<Driver, Channel extends ChannelId> = ManagerContext & {
  /** A new driver for each connect; the engine opens and closes it. */
  readonly createDriver: () => Driver;
  /** Channels known before the instrument has answered. */
  readonly channels?: readonly Channel[];
};

/** Makes a manager class out of a declaration: polling, limits, replies, reconnecting and safe stop are the engine's. */
export const defineManager = <Driver extends Device, Channel extends ChannelId = number>(
  definition: ManagerDefinition<Driver, Channel>,
) => ({
  definition,
  create: (options: DefinedManagerOptions<Driver, Channel>): DefinedManager<Driver, Channel> =>
    new DefinedManager(definition, options),
});
