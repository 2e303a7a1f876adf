import type { JsonObject } from '../../core/json-value.js';
import type { Reading } from '../../core/message.js';

/** A reading as a client gets it; `ageMs` by the station's clock, so that nobody compares two clocks. */
export const readingBody = (reading: Reading, nowMs: number): JsonObject => {
  const { manager, channel, parameter, value, unit, quality, problem, timeMs, epoch, seq } = reading;
  return {
    manager,
    ...(channel === undefined ? {} : { channel }),
    parameter,
    value,
    ...(unit === undefined ? {} : { unit }),
    quality,
    ...(problem === undefined ? {} : { problem }),
    time: new Date(timeMs).toISOString(),
    timeMs,
    ageMs: Math.max(0, Math.round(nowMs - timeMs)),
    epoch,
    seq,
  };
};
