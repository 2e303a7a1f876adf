import { sleep, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import type { Call } from '../../core/parameter.js';
import type { Volts } from '../../core/units.js';

export type VoltageCheck = {
  readonly voltage: number;
  /** Unit V; below 0: never near enough. */
  readonly maxError: number;
  /** Unit s, counted from the end of the settling; 0 or less: never looked at. */
  readonly timeout: number;
};

/** Compared at once and then this often (spec 2.3). */
const CHECK_EVERY_MS = 1_000;

/** Waits until `atMs` of the monotonic clock; takes no timer when that has passed. */
export const waitUntil = async (clock: Clock, atMs: number, call: Call): Promise<void> => {
  const ms = atMs - clock.monotonic();
  if (ms > 0) await sleep(clock, ms, call.signal);
};

/** Compares the newest measurement with the target, at once and every second before the time is up; then it is `timeout`, with
 *  the measurement of that moment, which may be near enough but was not looked at. Errors: TIMEOUT when there is none. */
export const checkVoltage = async (
  clock: Clock,
  { voltage, maxError, timeout }: VoltageCheck,
  newest: () => Volts | undefined,
  call: Call,
): Promise<JsonObject> => {
  const startedAt = clock.monotonic();
  const limitMs = Math.max(0, timeout * 1_000);
  for (let afterMs = 0; afterMs < limitMs; afterMs += CHECK_EVERY_MS) {
    await waitUntil(clock, startedAt + afterMs, call);
    const measured = newest();
    const error = measured === undefined ? undefined : measured - voltage;
    if (measured !== undefined && error !== undefined && Math.abs(error) <= maxError) {
      return { status: 'ok', voltage: measured, error };
    }
  }
  await waitUntil(clock, startedAt + limitMs, call);
  const measured = newest();
  if (measured === undefined)
    throw new HardwareError('TIMEOUT', 'the voltage was set but could not be measured; look at the voltmeter');
  return { status: 'timeout', voltage: measured, error: measured - voltage };
};
