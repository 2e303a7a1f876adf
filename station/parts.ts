import { STATION, type Bus } from '../core/bus.js';
import type { Connector, Listener, PeerReport, Service } from '../core/connector.js';
import { HardwareError } from '../core/errors.js';
import type { HardwareManager } from '../core/manager.js';
import type { PartConfig, PartConfigs } from './config/station-config.js';
import type { PartFactory } from './part-factory.js';

type RunningConnector = { readonly connector: Connector; readonly listeners: readonly Listener[] };

/** The running managers, connectors and services of a station, by name; each method changes one of them. */
export class Parts {
  readonly #bus: Bus;
  readonly #factory: PartFactory;
  readonly #connectors = new Map<string, RunningConnector>();
  readonly #services = new Map<string, Service>();
  #isClosed = false;

  constructor(bus: Bus, factory: PartFactory) {
    this.#bus = bus;
    this.#factory = factory;
  }

  /** Nothing more is added: what was on its way when a stop began must not open a port behind it. */
  close(): void {
    this.#isClosed = true;
  }

  /** All managers but the station itself. */
  get managers(): readonly HardwareManager[] {
    return this.#bus.managers.filter(({ name }) => name !== STATION);
  }

  get connectors(): ReadonlyMap<string, Connector> {
    return new Map([...this.#connectors].map(([name, { connector }]) => [name, connector]));
  }

  get services(): ReadonlyMap<string, Service> {
    return this.#services;
  }

  get listeners(): readonly Listener[] {
    return [...this.#connectors.values()].flatMap(({ listeners }) => listeners);
  }

  peers(): readonly PeerReport[] {
    return [...this.#connectors.values()].flatMap(({ connector }) => connector.peers());
  }

  /** Puts a manager on the bus; what wants to hear its first word subscribes before it is started. */
  async buildManager(name: string, configs: PartConfigs): Promise<HardwareManager> {
    const manager = await this.#factory.manager(name, configOf(name, configs));
    this.#refuseWhenClosed();
    this.#bus.attach(manager);
    return manager;
  }

  async addManager(name: string, configs: PartConfigs): Promise<void> {
    const manager = await this.buildManager(name, configs);
    await manager.start();
  }

  /** A new one in the place of the old, on the same stream: it begins a new epoch and says so. */
  async replaceManager(name: string, configs: PartConfigs): Promise<void> {
    const manager = await this.#factory.manager(name, configOf(name, configs)); // first: what cannot be built stops nothing
    this.#refuseWhenClosed();
    await this.#bus.manager(name)?.stop();
    this.#refuseWhenClosed();
    this.#bus.attach(manager);
    await manager.start();
  }

  async removeManager(name: string): Promise<void> {
    await this.#bus.manager(name)?.stop();
    this.#bus.detach(name, { isGone: true });
  }

  async addConnector(name: string, configs: PartConfigs): Promise<void> {
    const connector = await this.#factory.connector(name, configOf(name, configs));
    try {
      const listeners = await connector.start();
      this.#refuseWhenClosed();
      this.#connectors.set(name, { connector, listeners });
    } catch (thrown) {
      await connector.stop();
      throw thrown;
    }
  }

  async removeConnector(name: string): Promise<void> {
    const running = this.#connectors.get(name);
    this.#connectors.delete(name);
    await running?.connector.stop();
  }

  async addService(name: string, configs: PartConfigs): Promise<void> {
    const service = await this.#factory.service(name, configOf(name, configs));
    this.#refuseWhenClosed();
    await service.start();
    this.#services.set(name, service);
  }

  async removeService(name: string): Promise<void> {
    const service = this.#services.get(name);
    this.#services.delete(name);
    await service?.stop();
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new HardwareError('STOPPING', 'the station is stopping');
  }
}

const configOf = (name: string, configs: PartConfigs): PartConfig => {
  const found = configs[name];
  if (found === undefined) throw new HardwareError('INTERNAL', `there is no part "${name}" in the config`);
  return found;
};
