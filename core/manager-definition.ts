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
  /** Idempotent; does what it can when half of the device is dead. Called again when a command that was running has settled
   *  only after it, for that command may have written last. */
  readonly makeSafe: (driver: Driver, call: Call) => Promise<void>;
};

export type DefinedManagerOptions<Driver, Channel extends ChannelId> = ManagerContext & {
  /** A new driver for each connect; the engine opens and closes it. */
  readonly createDriver: () => Driver;
  /** Channels known before the instrument has answered. */
  readonly channels?: readonly Channel[];
};
