import type { Random } from '../../core/random.js';
import { rampStep } from '../../core/ramp.js';
import { volts, type Volts } from '../../core/units.js';

export type BlockPhysics = {
  readonly rampVPerS: number;
  /** Half the width of the uniform noise. */
  readonly noiseV: number;
  readonly random: Random;
};

/** The output moves once a second (spec 2.6). */
const STEP_MS = 1_000;
/** After a longer sleep the steps in between are taken at once, without their noise, so that waking is never slow. */
const MAX_SINGLE_STEPS = 600;

/** One output of the virtual rack: a fixed step of 1 s towards the setpoint, then noise. It moves when it is looked at, by
 *  as many steps as have passed on the monotonic clock, and so needs no timer. */
export class VirtualBlock {
  readonly #physics: BlockPhysics;
  #setpoint = volts(0);
  #voltage = volts(0);
  #nextStepAt: number;

  constructor(physics: BlockPhysics, nowMs: number) {
    this.#physics = physics;
    this.#nextStepAt = nowMs + STEP_MS;
  }

  get setpoint(): Volts {
    return this.#setpoint;
  }

  setVoltage(setpoint: Volts, nowMs: number): void {
    this.#advance(nowMs);
    this.#setpoint = setpoint;
  }

  voltageAt(nowMs: number): Volts {
    if (nowMs >= this.#nextStepAt) this.#advance(nowMs);
    return this.#voltage;
  }

  #advance(nowMs: number): void {
    const { rampVPerS, noiseV, random } = this.#physics;
    let steps = Math.max(0, Math.floor((nowMs - this.#nextStepAt) / STEP_MS) + 1);
    this.#nextStepAt += steps * STEP_MS;
    if (steps > MAX_SINGLE_STEPS) {
      this.#voltage = volts(rampStep(this.#voltage, this.#setpoint, rampVPerS * (steps - 1)));
      steps = 1;
    }
    for (; steps > 0; steps -= 1) {
      const noise = (2 * random() - 1) * noiseV;
      this.#voltage = volts(rampStep(this.#voltage, this.#setpoint, rampVPerS) + noise);
    }
  }
}
