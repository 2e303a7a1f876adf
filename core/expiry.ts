import { problem, type Problem } from './errors.js';
import type { Command } from './message.js';

/** Why a command must not be begun any more; undefined: it may. `nowMs` is wall time, for `validUntilMs` comes from the
 *  client's. */
export const refuseExpired = ({ validUntilMs, command }: Command, nowMs: number): Problem | undefined =>
  validUntilMs !== undefined && validUntilMs < nowMs
    ? problem(
        'EXPIRED',
        `${command} was valid until ${validUntilMs} ms since 1970, it is ${nowMs} now; send it again if you still want it`,
      )
    : undefined;
