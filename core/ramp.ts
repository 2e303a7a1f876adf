import { Observable } from 'rxjs';
import type { Clock } from './clock.js';

/** One step from `value` towards `target`, at most `maxStep` long; never past the target. */
export const rampStep = (value: number, target: number, maxStep: number): number => {
  const distance = target - value;
  return Math.abs(distance) <= maxStep ? target : value + Math.sign(distance) * maxStep;
};

export type RampOptions = {
  readonly from: number;
  readonly to: number;
  /** Unit of the value per second, above 0. */
  readonly ratePerS: number;
  /** Above 0. */
  readonly stepMs: number;
};

/** The setpoints of a ramp: the first step at once, then one every `stepMs`, the last exactly `to`. Cold; completes on target;
 *  errors with a RangeError, before the first step, when a number makes no ramp. Use under `switchMap`: the newest target wins. */
export const ramp = (clock: Pick<Clock, 'after'>, options: RampOptions): Observable<number> =>
  new Observable((subscriber) => {
    const flaw = flawOf(options);
    if (flaw !== undefined) {
      subscriber.error(new RangeError(flaw));
      return undefined;
    }
    const { from, to, ratePerS, stepMs } = options;
    let value = from;
    let cancel = (): void => undefined;
    const step = (): void => {
      value = rampStep(value, to, (ratePerS * stepMs) / 1000);
      subscriber.next(value);
      if (value === to) subscriber.complete();
      // Who hears a setpoint may have ended the ramp.
      else if (!subscriber.closed) cancel = clock.after(stepMs, step);
    };
    step();
    return () => {
      cancel();
    };
  });

const flawOf = ({ from, to, ratePerS, stepMs }: RampOptions): string | undefined => {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return `a ramp from ${from} to ${to} has no end`;
  if (!(ratePerS > 0 && Number.isFinite(ratePerS))) return `ramp rate ${ratePerS} per s must be above 0`;
  return stepMs > 0 && Number.isFinite(stepMs) ? undefined : `ramp step ${stepMs} ms must be above 0`;
};
