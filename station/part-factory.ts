import type { Bus } from '../core/bus.js';
import type { Clock } from '../core/clock.js';
import type { Connector, Kind, PartContext, Registry, Service, StationIdentity } from '../core/connector.js';
import { HardwareError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import type { HardwareManager } from '../core/manager.js';
import type { Random } from '../core/random.js';
import type { SchemaCompiler } from '../core/validate.js';
import type { PartConfig } from './config/station-config.js';
import type { LinkUsers } from './link-users.js';
import type { Registries } from './registries.js';

export type PartFactoryOptions = {
  readonly registries: Registries;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly compile: SchemaCompiler;
  readonly links: LinkUsers;
  readonly station: StationIdentity;
};

/** Builds parts out of their configs, loading the module of a kind when it is first used. */
export class PartFactory {
  readonly #options: PartFactoryOptions;

  constructor(options: PartFactoryOptions) {
    this.#options = options;
  }

  async manager(name: string, { kind, options }: PartConfig): Promise<HardwareManager> {
    const { registries, bus, clock, random, log, compile, links } = this.#options;
    const found = await kindOf(registries.managers, kind);
    return found.create(options, {
      stream: bus.streamOf(name),
      clock,
      random,
      log,
      compile,
      links: links.of(name),
      drivers: registries.drivers,
    });
  }

  async connector(name: string, { kind, options }: PartConfig): Promise<Connector> {
    const found = await kindOf(this.#options.registries.connectors, kind);
    return found.create(options, this.#context(name));
  }

  async service(name: string, { kind, options }: PartConfig): Promise<Service> {
    const found = await kindOf(this.#options.registries.services, kind);
    return found.create(options, this.#context(name));
  }

  #context(name: string): PartContext {
    const { bus, clock, random, log, compile, station } = this.#options;
    return { name, bus, clock, random, log, compile, station };
  }
}

const kindOf = async <Context, Part>(
  registry: Registry<Kind<Context, Part>>,
  kind: string,
): Promise<Kind<Context, Part>> => {
  const load = Object.hasOwn(registry, kind) ? registry[kind] : undefined;
  if (load === undefined)
    throw new HardwareError('INTERNAL', `the kind "${kind}" passed the config check and is not there`);
  return load();
};
