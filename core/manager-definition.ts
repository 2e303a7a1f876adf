import type { ManagerContext } from './manager.js';
import type { ChannelId } from './message.js';
import type { Call, CommandSpec, Parameter } from './parameter.js';

/** Never rejects: what cannot be read is published as a bad reading. */
export type Refresh<Channel> = (parameter: string, channel: Channel) => Promise<void>;

/** A kind of instrument, declared once: every protocol follows from it (ARCHITECTURE, the one idea). */
export type ManagerDefinition<Driver, Channel extends ChannelId> = {
  readonly kind: string;
  readonly description: string;
  /** Asked after each connect; absent: the device is one thing without channels. */
  readonly channels?: (driver: Driver) => readonly Channel[];
  readonly parameters: { readonly [name: string]: Parameter<Driver, Channel> };
  readonly commands?: { readonly [name: string]: CommandSpec<Driver, Channel> };
  /** Idempotent; does what it can when half of the device is dead. Called again when a command that was running has settled
   *  only after it, for that command may have written last. `refresh` reads a parameter and publishes what came. */
  readonly makeSafe: (driver: Driver, call: Call, refresh: Refresh<Channel>) => Promise<void>;
};

export type DefinedManagerOptions<Driver, Channel extends ChannelId> = ManagerContext & {
  /** A new driver for each connect; the engine opens and closes it. */
  readonly createDriver: () => Driver;
  /** Channels known before the instrument has answered. */
  readonly channels?: readonly Channel[];
};
