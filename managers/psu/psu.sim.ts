import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import type { Limits } from '../../core/parameter.js';
import { SupplyOutput, type OutputSettings } from '../../core/physics/supply-output.js';
import type { Random } from '../../core/random.js';
import type { Output, PsuDriver, PsuModel } from './psu.driver.js';
import { quantityOf } from './quantities.js';

/** What one virtual output can give, and what hangs on it. */
export type VirtualOutput = {
  readonly volts: number;
  readonly amperes: number;
  /** Undefined: nothing. */
  readonly ohms?: number;
  readonly farads?: number;
};

export type VirtualPsuOptions = {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
  readonly outputs: readonly VirtualOutput[];
};

/** An output of this class gives 3 % more than it says, its protection sits at most 10 % above that. */
const ABOVE_RATING = 1.03;
const PROTECTION_ABOVE_RATING = 1.1;
const SMALLEST_CURRENT_A = 0.001;
const LONGEST_DELAY_S = 3_600;
/** As a 16-bit converter of this class measures. */
const build = { noise: { volts: 0.0002, amperes: 0.0001 }, resolution: { volts: 0.0001, amperes: 0.0001 } };

const settable = [
  'voltageSetpoint',
  'currentLimit',
  'enabled',
  'overVoltageLevel',
  'overVoltageEnabled',
  'overCurrentEnabled',
  'overCurrentDelay',
  'riseDelay',
  'fallDelay',
] as const satisfies readonly (keyof OutputSettings)[];

type Setting = (typeof settable)[number];

const isSetting = (name: string): name is Setting => settable.some((setting) => setting === name);

/** Without what binary fractions leave behind the last digit. */
const times = (value: number, factor: number): number => Number((value * factor).toPrecision(9));

const limitsOf = (quantity: string, { volts, amperes }: VirtualOutput): Limits | undefined => {
  const limits: Readonly<Record<string, Limits>> = {
    voltageSetpoint: { minimum: 0, maximum: times(volts, ABOVE_RATING) },
    currentLimit: { minimum: SMALLEST_CURRENT_A, maximum: times(amperes, ABOVE_RATING) },
    overVoltageLevel: { minimum: 0.5, maximum: times(volts, PROTECTION_ABOVE_RATING) },
    overCurrentDelay: { minimum: 0, maximum: 0.255 },
    riseDelay: { minimum: 0, maximum: LONGEST_DELAY_S },
    fallDelay: { minimum: 0, maximum: LONGEST_DELAY_S },
  };
  return limits[quantity];
};

/** What every virtual supply has. */
export const virtualModel = (outputs: readonly VirtualOutput[]): PsuModel => ({
  description: 'Virtual supply',
  outputs: outputs.map((_, index) => index + 1),
  quantities: [
    ...['voltage', 'current'].map((name) => quantityOf(name)),
    ...settable.map((name) => quantityOf(name, { isWritable: true })),
    quantityOf('mode', { choices: ['off', 'cv', 'cc', 'unregulated'] }),
    ...['overVoltageTripped', 'overCurrentTripped'].map((name) => quantityOf(name)),
  ],
  actions: [
    {
      name: 'clearProtection',
      description: 'Clears every trip of the output; it stays off',
      scope: 'channel',
      arguments: [],
    },
  ],
  limits: (quantity, output) => {
    const built = outputs[Number(output) - 1];
    return built === undefined ? undefined : limitsOf(quantity, built);
  },
});

/** A bench supply without hardware. Like a real one it keeps its settings when the driver is closed and opened again. */
export class VirtualPsu implements PsuDriver {
  readonly identity = { manufacturer: 'Busbar', model: 'Virtual supply', serial: '0', revision: '1' };
  readonly outputs: readonly Output[];
  readonly #model: PsuModel;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #physics: ReadonlyMap<Output, SupplyOutput>;

  constructor({ clock, random, outputs }: VirtualPsuOptions) {
    this.#clock = clock;
    this.#model = virtualModel(outputs);
    this.outputs = this.#model.outputs;
    this.#physics = new Map(
      outputs.map((output, index) => [index + 1, physicsOf(output, clock.monotonic(), random)] as const),
    );
  }

  open = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();

  has = (name: string, output: Output | undefined): boolean =>
    (output === undefined || this.outputs.includes(output)) &&
    [...this.#model.quantities, ...this.#model.actions].some((known) => known.name === name);

  limits = (quantity: string, output: Output | undefined): Limits | undefined => this.#model.limits(quantity, output);

  read = async (quantity: string, output: Output | undefined): Promise<Json> => {
    await Promise.resolve();
    return this.#read(quantity, this.#output(output), this.#clock.monotonic());
  };

  write = async (quantity: string, output: Output | undefined, value: Json): Promise<void> => {
    await Promise.resolve();
    if (!isSetting(quantity)) throw unknownQuantity(quantity);
    this.#output(output).change({ [quantity]: value }, this.#clock.monotonic());
  };

  run = async (_action: string, output: Output | undefined): Promise<Json> => {
    await Promise.resolve();
    this.#output(output).clearTrips(this.#clock.monotonic());
    return {};
  };

  #read(quantity: string, output: SupplyOutput, nowMs: number): Json {
    if (isSetting(quantity)) return output.settingsAt(nowMs)[quantity];
    switch (quantity) {
      case 'voltage':
      case 'current':
        return output.measure(nowMs)[quantity];
      case 'mode':
        return output.modeAt(nowMs);
      case 'overVoltageTripped':
        return output.tripsAt(nowMs).overVoltage;
      case 'overCurrentTripped':
        return output.tripsAt(nowMs).overCurrent;
      default:
        throw unknownQuantity(quantity);
    }
  }

  #output(output: Output | undefined): SupplyOutput {
    const found = output === undefined ? undefined : this.#physics.get(output);
    if (found === undefined)
      throw new HardwareError('UNKNOWN_CHANNEL', `the virtual supply has no output ${String(output)}`);
    return found;
  }
}

const unknownQuantity = (quantity: string): HardwareError =>
  new HardwareError('BAD_COMMAND', `the virtual supply has no ${quantity} of this kind`);

/** Switched off, at no volts, with a tenth of its current, protected at its highest level. */
const physicsOf = (output: VirtualOutput, nowMs: number, random: Random): SupplyOutput => {
  const { volts, amperes, ohms, farads } = output;
  const settings = {
    currentLimit: amperes / 10,
    overVoltageLevel: times(volts, PROTECTION_ABOVE_RATING),
    overVoltageEnabled: true,
  };
  const physics = new SupplyOutput({ nowMs, random, settings, build });
  physics.setLoad({ ...(ohms === undefined ? {} : { ohms }), ...(farads === undefined ? {} : { farads }) }, nowMs);
  return physics;
};
