import type { Clock } from '../../core/clock.js';
import type { ResolvedDriver, ResolvedModel } from '../../core/driver-file/resolve.js';
import type { Json } from '../../core/json-value.js';
import { restingOutput, SupplyOutput, type OutputMode, type OutputSettings } from '../../core/physics/supply-output.js';
import { coupledPair, partnerOf, type Coupling } from '../../core/physics/tracking.js';
import type { Random } from '../../core/random.js';
import type { Memory, Place } from './memory.js';
import type { Physics } from './physics.js';

type PsuPhysicsOptions = {
  readonly driver: ResolvedDriver;
  readonly model: ResolvedModel;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly random: Random;
};

/** As an E36313A at rest shows: some 10 microvolts and microamperes around zero. */
const NOISE = { volts: 2e-5, amperes: 1e-5 };

/** Of all outputs, where a supply has one beside theirs. */
const MASTER = 'masterEnabled';

/** Outputs with loads behind the words of the family `psu`. */
export const psuPhysics = ({ driver, model, memory, clock, random }: PsuPhysicsOptions): Physics => {
  const places: readonly Place[] = model.channels.length === 0 ? [undefined] : model.channels;
  const now = (): number => clock.monotonic();
  const build = { noise: NOISE };
  const outputs = new Map(places.map((place) => [place, new SupplyOutput({ nowMs: now(), random, build })]));
  const pair = coupledPair(places.map((place) => [place, largest(model, place)] as const));
  const modes = driver.parameters.get('mode')?.choices ?? [];
  let isMasterOn = true;

  /** While it is off the switches of the outputs stay as they are, and nothing comes out. */
  const switchMaster = (isOn: boolean): void => {
    if (isOn === isMasterOn) return;
    isMasterOn = isOn;
    for (const [place, output] of outputs) {
      if (!isOn) memory.set('enabled', place, output.settingsAt(now()).enabled);
      output.change({ enabled: isOn && memory.get('enabled', place) === true }, now());
    }
  };

  const read = (parameter: string, place: Place): Json | undefined => {
    const output = outputs.get(place);
    if (output === undefined) return undefined;
    const measure = measured[parameter];
    if (measure !== undefined) return measure(output, now());
    if (parameter === 'mode') return modeWord(modes, output.modeAt(now()));
    if (parameter === 'enabled' && !isMasterOn) return undefined;
    return isSetting(parameter) && memory.get(parameter, place) !== undefined
      ? output.settingsAt(now())[parameter]
      : undefined;
  };

  const change = (place: Place, parameter: string, value: Json): void => {
    const output = outputs.get(place);
    if (output === undefined) return;
    const trip = trips[parameter];
    if (trip !== undefined && value === false) output.clearTrips(now(), trip);
    if (parameter === 'enabled' && !isMasterOn) return;
    if (isSetting(parameter)) output.change({ [parameter]: value }, now());
  };

  const told = (parameter: string, place: Place, value: Json): void => {
    if (parameter === MASTER) switchMaster(value === true);
    change(place, parameter, value);
    const partner = partnerOf(couplingOf(memory.get('tracking', undefined)), pair, place);
    if (partner === undefined || outputs.get(partner) === undefined) return;
    change(partner, parameter, mirrored(model, parameter, partner, value));
  };

  const reset = (): void => {
    isMasterOn = memory.get(MASTER, undefined) !== false;
    for (const [place, output] of outputs) {
      output.clearTrips(now());
      output.change({ enabled: false }, now());
      const programmed = settingNames.flatMap((name) => {
        const value = memory.get(name, place);
        return value === undefined ? [] : [[name, value] as const];
      });
      output.change(
        { ...restingOutput, ...unsettable(driver, model, place), ...Object.fromEntries(programmed) },
        now(),
      );
    }
  };

  return {
    read,
    told,
    reset,
    measuringMs: () => 0,
    loads: {
      outputs: places,
      get: (channel) => outputs.get(channel)?.load,
      set: (channel, load) => outputs.get(channel)?.setLoad(load, now()),
    },
  };
};

const measured: { readonly [parameter: string]: (output: SupplyOutput, nowMs: number) => Json } = {
  voltage: (output, nowMs) => output.measure(nowMs).voltage,
  current: (output, nowMs) => output.measure(nowMs).current,
  power: (output, nowMs) => {
    const { voltage, current } = output.measure(nowMs);
    return voltage * current;
  },
  overVoltageTripped: (output, nowMs) => output.tripsAt(nowMs).overVoltage,
  overCurrentTripped: (output, nowMs) => output.tripsAt(nowMs).overCurrent,
};

const trips: { readonly [parameter: string]: { readonly overVoltage?: true; readonly overCurrent?: true } } = {
  overVoltageTripped: { overVoltage: true },
  overCurrentTripped: { overCurrent: true },
};

const isSetting = (parameter: string): parameter is keyof OutputSettings => parameter in restingOutput;
const settingNames = Object.keys(restingOutput).filter(isSetting);

/** What an output does that cannot be told: all the current it has, and protections that are always armed. */
const unsettable = ({ parameters }: ResolvedDriver, model: ResolvedModel, place: Place): Partial<OutputSettings> => ({
  currentLimit: largest(model, place).amperes,
  overVoltageEnabled: parameters.has('overVoltageLevel'),
  overCurrentEnabled: parameters.has('overCurrentLevel'),
});

const largest = (model: ResolvedModel, place: Place) => {
  const of = (parameter: string): number => {
    const { minimum = 0, maximum = Infinity } = model.limits(parameter, place) ?? {};
    return maximum > 0 ? maximum : minimum;
  };
  return { volts: of('voltageSetpoint'), amperes: of('currentLimit') };
};

/** A file need not have a word for each: without regulation an instrument says off or the next best that it knows. */
const modeWord = (words: readonly string[], mode: OutputMode): string => {
  const alike: Readonly<Record<OutputMode, readonly OutputMode[]>> = {
    off: ['off', 'unregulated', 'cv'],
    unregulated: ['unregulated', 'off'],
    cv: ['cv'],
    cc: ['cc'],
  };
  return alike[mode].find((word) => words.includes(word)) ?? mode;
};

const couplings: readonly Coupling[] = ['series', 'parallel', 'tracking'];

const couplingOf = (value: Json | undefined): Coupling => couplings.find((coupling) => coupling === value) ?? 'off';

/** The negative one of a pair gets the same voltage with its own sign. */
const mirrored = (model: ResolvedModel, parameter: string, place: Place, value: Json): Json => {
  if (parameter !== 'voltageSetpoint' || typeof value !== 'number') return value;
  return Math.abs(value) * (largest(model, place).volts < 0 ? -1 : 1);
};
