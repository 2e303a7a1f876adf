import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import { isJsonObject, type Json } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import type { Reading } from '../../core/message.js';
import { unknownIdentity, type ChannelFacts, type UnitFacts, type UnitIdentity } from '../dialects/psudaemon-models.js';
import type { PsudaemonOptions, UnitOptions } from './options.js';

/** A unit with all that is known of it in this moment. */
export type UnitView = UnitFacts & {
  readonly options: UnitOptions;
  readonly channels: readonly ChannelFacts[];
  /** Why it is not online. */
  readonly reason: string | undefined;
};

const PSU = 'psu';

/** The units of the configuration, seen through the snapshot of the bus: no instrument is asked for anything. */
export class Units {
  readonly #bus: Bus;
  readonly #units: PsudaemonOptions['units'];
  /** By manager: why the ones that are away are away. */
  readonly #reasons = new Map<string, string>();
  readonly #listening: Subscription;

  constructor(bus: Bus, { units }: Pick<PsudaemonOptions, 'units'>) {
    this.#bus = bus;
    this.#units = units;
    this.#listening = bus.outputs.subscribe((output) => {
      if (output.type !== 'event') return;
      if (output.event === 'online') this.#reasons.delete(output.manager);
      if (output.event === 'offline') this.#reasons.set(output.manager, textOf(output.details['reason']));
    });
  }

  close(): void {
    this.#listening.unsubscribe();
  }

  /** In the order of the configuration. */
  all(): readonly UnitView[] {
    return this.#known().map(([name, options]) => this.#view(name, options));
  }

  find(name: string): UnitView | undefined {
    const found = this.#known().find(([known]) => known === name);
    return found === undefined ? undefined : this.#view(...found);
  }

  #known(): readonly (readonly [string, UnitOptions])[] {
    if (this.#units !== undefined) return Object.entries(this.#units);
    return this.#bus.managers
      .filter((manager) => manager.describe().kind === PSU)
      .map((manager) => [manager.name, { manager: manager.name, model: this.#modelOf(manager) }]);
  }

  /** As a configuration of PSUDaemon would name it. */
  #modelOf({ name }: HardwareManager): string {
    const { manufacturer, model } = identityOf(this.#readings(name));
    return [manufacturer, model].filter((part) => part !== null).join(',');
  }

  #view(name: string, options: UnitOptions): UnitView {
    const manager = options.manager === undefined ? undefined : this.#bus.manager(options.manager);
    const readings = manager === undefined ? [] : this.#readings(manager.name);
    return {
      name,
      options,
      model: options.model,
      uri: options.uri ?? null,
      isOnline: manager?.state === 'online',
      identity: identityOf(readings),
      channels: manager === undefined ? [] : channelsOf(manager, readings),
      reason: this.#reasons.get(options.manager ?? ''),
    };
  }

  #readings(manager: string): readonly Reading[] {
    return this.#bus.streamOf(manager).snapshot();
  }
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const channelsOf = (manager: HardwareManager, readings: readonly Reading[]): readonly ChannelFacts[] =>
  manager
    .describe()
    .channels.filter(({ id }) => Number.isInteger(Number(id)))
    .map(({ id }) => ({
      index: Number(id),
      readings: new Map(
        readings.filter(({ channel }) => channel === id).map((reading) => [reading.parameter, reading]),
      ),
    }));

const identityOf = (readings: readonly Reading[]): UnitIdentity => {
  const value = readings.find(({ channel, parameter }) => channel === undefined && parameter === 'identity')?.value;
  if (value === undefined || !isJsonObject(value)) return unknownIdentity;
  const text = (field: Json | undefined): string | null => (typeof field === 'string' ? field : null);
  return {
    manufacturer: text(value['manufacturer']),
    model: text(value['model']),
    serial: text(value['serial']),
    revision: text(value['revision']),
  };
};
