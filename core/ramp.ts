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
  /** Unit of the value per second; 0 or less: refused. */
  readonly ratePerS: number;
  readonly stepMs: number;
};

/** The setpoints of a ramp: the first step at once, then one every `stepMs`, the last exactly `to`. Cold; completes on target.
 *  Use under `switchMap`, so that the newest target wins. */
export const ramp = (clock: Pick<Clock, 'after'>, { from, to, ratePerS, stepMs }: RampOptions): Observable<number> =>
  new Observable((subscriber) => {
    if (!(ratePerS > 0)) {
      subscriber.error(new RangeError(`ramp rate ${ratePerS} per s must be above 0`));
      return undefined;
    }
    let value = from;
    let cancel = (): void => undefined;
    const step = (): void => {
      value = rampStep(value, to, (ratePerS * stepMs) / 1000);
      subscriber.next(value);
      if (value === to) subscriber.complete();
      else cancel = clock.after(stepMs, step);
    };
    step();
    return () => {
      cancel();
    };
  });
