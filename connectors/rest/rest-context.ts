import type { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import type { OriginOf } from '../http/request-origins.js';

/** What the routes of the REST interface share. */
export type RestContext = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly originOf: OriginOf;
};
