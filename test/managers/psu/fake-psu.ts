import { Subject } from 'rxjs';
import { sleep, type Clock } from '../../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../../core/errors.js';
import type { Json } from '../../../core/json-value.js';
import type { Call } from '../../../core/parameter.js';
import type { Output, PsuDriver, PsuModel, Quantity } from '../../../managers/psu/psu.driver.js';
import { psuManager, type PsuSettings } from '../../../managers/psu/psu.manager.js';
import { VirtualPsu, virtualModel, type VirtualOutput } from '../../../managers/psu/psu.sim.js';
import { Supply, type OutputSettings, type SupplyMemory } from '../../../managers/psu/supply.js';
import type { FakeStation } from '../fake-station.js';

/** A virtual supply on the table, seen through a wire that remembers and can be cut. */
export class SupplyOnTheTable {
  readonly clock: Clock;
  readonly supply: VirtualPsu;
  readonly model: PsuModel;
  /** `write enabled 1 true`, with the time. */
  readonly asked: { readonly what: string; readonly atMs: number; readonly value?: Json }[] = [];
  /** What fails, by the beginning of what is asked. */
  readonly failures = new Map<string, HardwareError>();
  /** How long each request takes. */
  answerMs = 0;
  lost = new Subject<Problem>();

  constructor(clock: Clock, outputs: readonly VirtualOutput[]) {
    this.clock = clock;
    this.supply = new VirtualPsu({ clock, random: () => 0.5, outputs });
    this.model = virtualModel(outputs);
  }

  createDriver = (): PsuDriver => {
    this.lost = new Subject<Problem>();
    return new FakePsu(this);
  };

  unplug(): void {
    const reason = new HardwareError('DISCONNECTED', 'connection reset');
    for (const what of ['open', 'read', 'write']) this.failures.set(what, reason);
    this.lost.next(problem('DISCONNECTED', 'connection reset'));
  }

  plugIn(): void {
    this.failures.clear();
  }

  writes(): readonly string[] {
    return this.asked.map(({ what }) => what).filter((what) => what.startsWith('write'));
  }

  countOf(start: string): number {
    return this.asked.filter(({ what }) => what.startsWith(start)).length;
  }

  async perform(what: string, call: Call, value?: Json): Promise<void> {
    this.asked.push({ what, atMs: this.clock.monotonic(), ...(value === undefined ? {} : { value }) });
    if (this.answerMs > 0) await sleep(this.clock, this.answerMs, call.signal);
    for (const [start, failure] of this.failures) if (what.startsWith(start)) throw failure;
  }
}

class FakePsu implements PsuDriver {
  readonly #table: SupplyOnTheTable;
  readonly lost: Subject<Problem>;

  constructor(table: SupplyOnTheTable) {
    this.#table = table;
    this.lost = table.lost;
  }

  get identity() {
    return this.#table.supply.identity;
  }

  get outputs(): readonly Output[] {
    return this.#table.supply.outputs;
  }

  has = (name: string, output: Output | undefined): boolean =>
    this.#table.supply.has(name, output) && !(name === 'overCurrentDelay' && output === 2);
  limits = (quantity: string, output: Output | undefined) => this.#table.supply.limits(quantity, output);
  open = (call: Call): Promise<void> => this.#table.perform('open', call);
  close = (): Promise<void> => Promise.resolve();

  read = async (quantity: string, output: Output | undefined, call: Call): Promise<Json> => {
    await this.#table.perform(`read ${quantity} ${String(output)}`, call);
    return this.#table.supply.read(quantity, output);
  };

  write = async (quantity: string, output: Output | undefined, value: Json, call: Call): Promise<void> => {
    await this.#table.perform(`write ${quantity} ${String(output)} ${JSON.stringify(value)}`, call, value);
    await this.#table.supply.write(quantity, output, value);
  };

  run = async (action: string, output: Output | undefined, _values: unknown, call: Call): Promise<Json> => {
    await this.#table.perform(`run ${action} ${String(output)}`, call);
    return this.#table.supply.run(action, output);
  };
}

export type FakeSettings = Partial<PsuSettings> & {
  readonly outputs?: readonly VirtualOutput[];
  readonly channels?: { readonly [output: string]: OutputSettings };
  /** Changes the model. */
  readonly adapt?: (quantities: readonly Quantity[]) => readonly Quantity[];
};

const twoOutputs: readonly VirtualOutput[] = [
  { volts: 6, amperes: 10, ohms: 6 },
  { volts: 25, amperes: 2, ohms: 50 },
];

/** A manager called `psu` with a supply of two outputs on the table: 6 V at 6 ohm, 25 V at 50 ohm. */
export const startPsu = async (station: FakeStation, settings: FakeSettings = {}): Promise<SupplyOnTheTable> => {
  const {
    outputs = twoOutputs,
    channels: given,
    adapt = (quantities: readonly Quantity[]) => quantities,
    ...others
  } = settings;
  const channels: NonNullable<FakeSettings['channels']> = given ?? {};
  const { clock } = station;
  const table = new SupplyOnTheTable(clock, outputs);
  const names = Object.entries(channels).flatMap(([output, { name }]) =>
    name === undefined ? [] : [[output, name] as const],
  );
  const memory: SupplyMemory = {
    names: new Map(names),
    settingsOf: (output) => channels[String(output)] ?? {},
    wanted: undefined,
  };
  const model = { ...table.model, quantities: adapt(table.model.quantities) };
  const paces = { measured: 1_000, status: 1_000, setting: 5_000 };
  const manager = psuManager({ clock, model, paces, safe: 'off', ...others });
  await station.start(
    manager.create({ ...station.context('psu'), createDriver: () => new Supply(table.createDriver(), memory) }),
  );
  return table;
};
