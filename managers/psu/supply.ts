import { EMPTY, type Observable } from 'rxjs';
import type { Device } from '../../core/device.js';
import { HardwareError, toProblem, type Problem } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { Call, Limits } from '../../core/parameter.js';
import type { Identity } from '../scpi/scpi-device-shape.js';
import type { Coupling } from '../../core/physics/tracking.js';
import { coupledWith, couplingOf, mirrored } from './coupling.js';
import { narrowest } from '../../core/narrow-limits.js';
import type { Output, PsuDriver } from './psu.driver.js';
import { trips, type Rampable } from './quantities.js';

/** What the config says of one output. */
export type OutputSettings = {
  readonly name?: string;
  readonly limits?: { readonly [quantity: string]: Limits };
  readonly rates?: { readonly voltage?: number; readonly current?: number };
};

/** A product has more digits than its factors: below a microwatt there is nothing but their noise. */
const POWER_DECIMALS = 6;

/** What outlives a connection: names, and what the config says. */
export type SupplyMemory = {
  /** By the text of the output: `1` and `"1"` are the same. */
  readonly names: Map<string, string>;
  readonly settingsOf: (output: Output) => OutputSettings;
  /** Undefined: all that the instrument has. */
  readonly wanted: readonly Output[] | undefined;
};

/** `command`: a client of this station; `found`: a trip, a loss of mains, a person at the front panel, another program. */
export type Cause = 'command' | 'found';

/** One session with a supply: its driver, and the newest of what was read and told in it. */
export class Supply implements Device {
  readonly #driver: PsuDriver;
  readonly #memory: SupplyMemory;
  readonly #newest = new Map<string, Json>();
  /** Why there is no newest, where the last attempt to read failed. */
  readonly #unread = new Map<string, Problem>();
  /** What `enabled` was told to be and has not been seen to be yet; and why it is as it is. */
  readonly #told = new Map<Output, Json>();
  readonly #causes = new Map<Output, Cause>();
  /** Outputs that are being switched: what is read meanwhile may be older. */
  readonly #switching = new Set<Output>();
  /** Outputs whose trips were cleared, until they are on. */
  readonly #cleared = new Set<Output>();
  /** Outputs whose newest voltage and current have been multiplied. */
  readonly #multiplied = new Set<Output>();

  constructor(driver: PsuDriver, memory: SupplyMemory) {
    this.#driver = driver;
    this.#memory = memory;
  }

  get lost(): Observable<Problem> {
    return this.#driver.lost ?? EMPTY;
  }

  get outputs(): readonly Output[] {
    return this.#memory.wanted ?? this.#driver.outputs;
  }

  get identity(): Identity | undefined {
    return this.#driver.identity;
  }

  async open(call: Call): Promise<void> {
    await this.#driver.open(call);
    const missing = this.outputs.filter((output) => !this.#driver.outputs.includes(output));
    if (missing.length === 0) return;
    const has = this.#driver.outputs.join(', ');
    throw new HardwareError('DEVICE_FAULT', `outputs: the supply has no ${missing.join(', ')}; it has ${has}`);
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  has(name: string, output: Output | undefined): boolean {
    return this.#driver.has(name, output);
  }

  /** Of the instrument, narrowed by the config: also by that of an output that is coupled with this one. */
  limits(quantity: string, output: Output | undefined): Limits | undefined {
    if (output === undefined) return this.#driver.limits(quantity, output);
    const partner = this.partnerOf(output);
    return partner === undefined ? this.#limitsOf(quantity, output) : this.limitsCoupledWith(quantity, output, partner);
  }

  limitsCoupledWith(quantity: string, output: Output, partner: Output): Limits | undefined {
    const theirs = this.settingsOf(partner).limits?.[quantity];
    const highest = (each: Output): number => this.#driver.limits(quantity, each)?.maximum ?? 0;
    const isMirrored = highest(output) > 0 !== highest(partner) > 0;
    return narrowest(this.#limitsOf(quantity, output), theirs && (isMirrored ? mirrored(theirs) : theirs));
  }

  /** The output that gets the settings of this one as well; undefined: none. */
  partnerOf(output: Output, coupling: Coupling = couplingOf(this.newest('tracking', undefined))): Output | undefined {
    const bounds = (quantity: string, each: Output) => this.#driver.limits(quantity, each);
    return coupledWith(coupling, this.#driver.outputs, bounds, output);
  }

  #limitsOf(quantity: string, output: Output): Limits | undefined {
    return narrowest(this.#driver.limits(quantity, output), this.settingsOf(output).limits?.[quantity]);
  }

  settingsOf(output: Output): OutputSettings {
    return this.#memory.settingsOf(output);
  }

  /** How fast a set-point may move by the config, per second; undefined: at once. */
  rateOf(quantity: Rampable, output: Output): number | undefined {
    const { rates } = this.settingsOf(output);
    return quantity === 'voltageSetpoint' ? rates?.voltage : rates?.current;
  }

  /** The newest that was read or told in this session; undefined: nothing, or the last attempt failed. */
  newest(quantity: string, output: Output | undefined): Json | undefined {
    return this.#newest.get(placeOf(quantity, output));
  }

  async read(quantity: string, output: Output | undefined, call: Call): Promise<Json> {
    const place = placeOf(quantity, output);
    try {
      const value = await this.#driver.read(quantity, output, call);
      this.#newest.set(place, value);
      this.#unread.delete(place);
      if (output !== undefined) this.#note(quantity, output, value);
      return value;
    } catch (thrown) {
      this.#newest.delete(place);
      this.#unread.set(place, toProblem(thrown));
      throw thrown;
    }
  }

  async number(quantity: string, output: Output, call: Call): Promise<number> {
    const value = await this.read(quantity, output, call);
    if (typeof value === 'number') return value;
    throw new HardwareError('DEVICE_FAULT', `${quantity} of output ${output} is no number`);
  }

  async write(quantity: string, output: Output | undefined, value: Json, call: Call): Promise<void> {
    if (output !== undefined && quantity === 'enabled') await this.#switch(output, value, call);
    else await this.#driver.write(quantity, output, value, call);
    this.#newest.set(placeOf(quantity, output), value);
  }

  /** To be asked after a readback: nobody shall take what was told for what is set. */
  refuseUnread(quantity: string, output: Output | undefined): void {
    const reason = this.#unread.get(placeOf(quantity, output));
    if (reason === undefined) return;
    const text = `${quantity} was sent, and it is not known whether it is set: ${reason.message}`;
    throw new HardwareError(reason.code, text);
  }

  async run(action: string, output: Output | undefined, values: JsonObject, call: Call): Promise<Json> {
    const reply = await this.#driver.run(action, output, values, call);
    if (action === 'clearProtection')
      for (const each of output === undefined ? this.outputs : [output]) this.#cleared.add(each);
    return reply;
  }

  /** A fuse of some supplies says that it has tripped until the output is switched on again: whoever has cleared it may try. */
  isCleared(output: Output): boolean {
    return this.#cleared.has(output);
  }

  /** Who has switched the output to where it was read last. */
  causeOf(output: Output): Cause {
    return this.#causes.get(output) ?? 'found';
  }

  /** Of one pair of voltage and current, measured one right after the other: the newest, if no power was made of it yet. */
  async power(output: Output, call: Call): Promise<number> {
    const voltage = this.newest('voltage', output);
    const current = this.newest('current', output);
    const isFresh = !this.#multiplied.has(output) && typeof voltage === 'number' && typeof current === 'number';
    const [volts, amperes] = isFresh
      ? [voltage, current]
      : [await this.number('voltage', output, call), await this.number('current', output, call)];
    this.#multiplied.add(output);
    return Number((volts * amperes).toFixed(POWER_DECIMALS)) + 0;
  }

  nameOf(output: Output): string {
    const { names } = this.#memory;
    const said = this.newest('name', output);
    const own = typeof said === 'string' ? said : undefined;
    return names.get(String(output)) ?? own ?? (typeof output === 'number' ? `CH${output}` : output);
  }

  rename(output: Output, name: string): void {
    this.#memory.names.set(String(output), name);
  }

  /** By the newest of what was read. */
  tripOf(output: Output): string | undefined {
    const tripped = Object.entries(trips).find(([quantity]) => this.newest(quantity, output) === true);
    return tripped?.[1];
  }

  /** False only when the supply has said so: one that cannot be asked counts as on. */
  isOff(output: Output): boolean {
    return this.newest('enabled', output) === false;
  }

  async #switch(output: Output, value: Json, call: Call): Promise<void> {
    this.#told.set(output, value);
    this.#switching.add(output);
    try {
      await this.#driver.write('enabled', output, value, call);
    } finally {
      this.#switching.delete(output);
    }
  }

  #note(quantity: string, output: Output, value: Json): void {
    if (quantity === 'current') this.#multiplied.delete(output);
    if (quantity !== 'enabled') return;
    if (value === true) this.#cleared.delete(output);
    const isTold = this.#told.get(output) === value;
    if (!isTold && this.#switching.has(output)) return;
    this.#causes.set(output, isTold ? 'command' : 'found');
    this.#told.delete(output);
  }
}

const placeOf = (quantity: string, output: Output | undefined): string => `${quantity} ${String(output ?? '')}`;
