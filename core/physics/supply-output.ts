import type { Random } from '../random.js';
import { driven, isCharging, openLoad, released, restOf, type Load, type Regulator } from './terminal-voltage.js';
import { TripTimer } from './trip-timer.js';

/** What an output is programmed to do. */
export type OutputSettings = {
  readonly voltageSetpoint: number;
  /** Above or equal 0, whatever the sign of the output. */
  readonly currentLimit: number;
  readonly enabled: boolean;
  readonly overVoltageLevel: number;
  readonly overVoltageEnabled: boolean;
  /** Infinity: the protection trips when the current limit regulates, as the E36300 does. */
  readonly overCurrentLevel: number;
  readonly overCurrentEnabled: boolean;
  /** Seconds that too much current is let pass. */
  readonly overCurrentDelay: number;
  /** Seconds from switching on to rising, and from switching off to falling. */
  readonly riseDelay: number;
  readonly fallDelay: number;
};

/** How an output of this model is built. */
export type OutputBuild = {
  /** Most that it can give; Infinity: as much as its limits allow. */
  readonly watts: number;
  /** Of what it measures: half the width of the noise, and the step that is printed. 0: none. */
  readonly noise: { readonly volts: number; readonly amperes: number };
  readonly resolution: { readonly volts: number; readonly amperes: number };
};

export type OutputMode = 'off' | Regulator;
export type Trips = { readonly overVoltage: boolean; readonly overCurrent: boolean };
export type Measurement = { readonly voltage: number; readonly current: number };

export const restingOutput: OutputSettings = {
  voltageSetpoint: 0,
  currentLimit: 0,
  enabled: false,
  overVoltageLevel: Infinity,
  overVoltageEnabled: false,
  overCurrentLevel: Infinity,
  overCurrentEnabled: false,
  overCurrentDelay: 0.05,
  riseDelay: 0,
  fallDelay: 0,
};

export const plainBuild: OutputBuild = {
  watts: Infinity,
  noise: { volts: 0, amperes: 0 },
  resolution: { volts: 0, amperes: 0 },
};

/** The over-voltage protection acts in about 5 ms (E36300 data sheet). */
const OVER_VOLTAGE_MS = 5;
const STEP_MS = 1;
/** Longer sleeps are gone through in as many steps, longer ones: waking is never slow. */
const MAX_STEPS = 2_000;

/** One output of a supply with what hangs on it. It moves when it is looked at, up to the time that is handed in (monotonic,
 *  ms), and so needs no timer. A trip switches it off and is latched: switching on is without effect until it is cleared. */
export class SupplyOutput {
  readonly #build: OutputBuild;
  readonly #random: Random;
  readonly #overVoltage = new TripTimer();
  readonly #overCurrent = new TripTimer();
  #settings: OutputSettings;
  #load: Load = openLoad;
  #volts = 0;
  #nowMs: number;
  /** When it was switched on or off last: the delays count from there. */
  #switchedAtMs = -Infinity;

  constructor(options: {
    readonly nowMs: number;
    readonly random: Random;
    readonly settings?: Partial<OutputSettings>;
    readonly build?: Partial<OutputBuild>;
  }) {
    this.#nowMs = options.nowMs;
    this.#random = options.random;
    this.#settings = { ...restingOutput, ...options.settings };
    this.#build = { ...plainBuild, ...options.build };
  }

  /** As programmed; `enabled` is false after a trip. */
  settingsAt(nowMs: number): OutputSettings {
    this.#advance(nowMs);
    return this.#settings;
  }

  change(settings: Partial<OutputSettings>, nowMs: number): void {
    this.#advance(nowMs);
    const { enabled = this.#settings.enabled, ...others } = settings;
    this.#settings = { ...this.#settings, ...others };
    this.#switch(enabled);
  }

  setLoad(load: Partial<Load>, nowMs: number): void {
    this.#advance(nowMs);
    this.#load = { ...this.#load, ...load };
  }

  get load(): Load {
    return this.#load;
  }

  tripsAt(nowMs: number): Trips {
    this.#advance(nowMs);
    return { overVoltage: this.#overVoltage.isTripped, overCurrent: this.#overCurrent.isTripped };
  }

  /** The output stays off. */
  clearTrips(nowMs: number, which: Partial<Trips> = { overVoltage: true, overCurrent: true }): void {
    this.#advance(nowMs);
    if (which.overVoltage === true) this.#overVoltage.clear();
    if (which.overCurrent === true) this.#overCurrent.clear();
  }

  modeAt(nowMs: number): OutputMode {
    this.#advance(nowMs);
    return this.#settings.enabled ? this.#regulator() : 'off';
  }

  /** With noise and resolution of the instrument. Current has the sign of the voltage. */
  measure(nowMs: number): Measurement {
    this.#advance(nowMs);
    const { noise, resolution } = this.#build;
    return {
      voltage: rounded(this.#volts + this.#deviation(noise.volts), resolution.volts),
      current: rounded(this.#amperes() + this.#deviation(noise.amperes), resolution.amperes),
    };
  }

  #deviation(halfWidth: number): number {
    return halfWidth === 0 ? 0 : (2 * this.#random() - 1) * halfWidth;
  }

  #switch(enabled: boolean): void {
    const isTripped = this.#overVoltage.isTripped || this.#overCurrent.isTripped;
    if (enabled === this.#settings.enabled || (enabled && isTripped)) return;
    this.#settings = { ...this.#settings, enabled };
    this.#switchedAtMs = this.#nowMs;
  }

  /** With its delays. */
  #isDriving(): boolean {
    const { enabled, riseDelay, fallDelay } = this.#settings;
    const sinceMs = this.#nowMs - this.#switchedAtMs;
    return enabled ? sinceMs >= riseDelay * 1_000 : sinceMs < fallDelay * 1_000 && !this.#isTripped();
  }

  #isTripped(): boolean {
    return this.#overVoltage.isTripped || this.#overCurrent.isTripped;
  }

  #regulation() {
    const { voltageSetpoint, currentLimit } = this.#settings;
    return { volts: voltageSetpoint, amperes: currentLimit, watts: this.#build.watts };
  }

  /** While a capacitor is charged the current limit may regulate, though it does not where the output comes to rest. */
  #regulator(): Regulator {
    const { regulator } = restOf(this.#regulation(), this.#load);
    return regulator === 'cv' && isCharging(this.#volts, this.#regulation(), this.#load) ? 'cc' : regulator;
  }

  /** A short carries what the limit lets through. */
  #amperes(): number {
    const { ohms } = this.#load;
    if (ohms > 0) return this.#volts / ohms;
    return this.#isDriving() ? this.#settings.currentLimit * Math.sign(this.#settings.voltageSetpoint) : 0;
  }

  #advance(nowMs: number): void {
    const stepMs = Math.max(STEP_MS, (nowMs - this.#nowMs) / MAX_STEPS);
    while (this.#nowMs < nowMs) {
      if (this.#isAtRest()) {
        this.#nowMs = nowMs;
        return;
      }
      this.#step(Math.min(stepMs, nowMs - this.#nowMs));
    }
  }

  #step(ms: number): void {
    const isDriving = this.#isDriving();
    this.#volts = isDriving
      ? driven(this.#volts, this.#regulation(), this.#load, ms)
      : released(this.#volts, this.#load, ms);
    this.#nowMs += ms;
    const isOn = isDriving && this.#settings.enabled;
    this.#overVoltage.step(isOn && this.#hasTooMuchVoltage(), OVER_VOLTAGE_MS, ms);
    this.#overCurrent.step(isOn && this.#hasTooMuchCurrent(), this.#settings.overCurrentDelay * 1_000, ms);
    if (this.#isTripped()) this.#switch(false);
  }

  #hasTooMuchVoltage(): boolean {
    const { overVoltageEnabled, overVoltageLevel } = this.#settings;
    return overVoltageEnabled && Math.abs(this.#volts) > overVoltageLevel;
  }

  #hasTooMuchCurrent(): boolean {
    const { overCurrentEnabled, overCurrentLevel } = this.#settings;
    if (!overCurrentEnabled) return false;
    return overCurrentLevel === Infinity ? this.#regulator() === 'cc' : Math.abs(this.#amperes()) > overCurrentLevel;
  }

  /** Nothing moves and no delay runs: time alone changes nothing. */
  #isAtRest(): boolean {
    const isDriving = this.#isDriving();
    if (isDriving !== this.#settings.enabled) return false;
    if (!isDriving) return this.#volts === 0;
    const isTripping = this.#hasTooMuchVoltage() || this.#hasTooMuchCurrent();
    return !isTripping && this.#volts === restOf(this.#regulation(), this.#load).volts;
  }
}

/** Without the noise that binary fractions put behind the last digit, and without a negative zero. */
const rounded = (value: number, step: number): number =>
  (step === 0 ? value : Number((Math.round(value / step) * step).toPrecision(12))) + 0;
