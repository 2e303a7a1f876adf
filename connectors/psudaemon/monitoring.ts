import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import { notShowable, oldestOf, printChannel, type Shape } from '../dialects/psudaemon-models.js';
import type { Units } from './units.js';

type Page = { readonly bytes: Uint8Array; readonly oldestMs: number };

/** `/monitoring/channels`, printed anew only when something has been said since it was last asked for: a dashboard that asks
 *  often costs one print a change, and an instrument nothing. */
export class Monitoring {
  readonly #units: Units;
  readonly #shape: Shape;
  readonly #listening: Subscription;
  #page: Page | undefined;

  constructor(bus: Bus, units: Units, shape: Shape) {
    this.#units = units;
    this.#shape = shape;
    this.#listening = bus.outputs.subscribe(() => {
      this.#page = undefined;
    });
  }

  /** The channels of all units that are online; `oldestMs`: when the oldest reading among them was taken. */
  get page(): Page {
    return (this.#page ??= this.#print());
  }

  close(): void {
    this.#listening.unsubscribe();
  }

  #print(): Page {
    const items: string[] = [];
    let oldestMs = Infinity;
    for (const unit of this.#units.all()) {
      if (!unit.isOnline) continue;
      for (const channel of unit.channels) {
        if (notShowable(channel) !== undefined) continue;
        items.push(printChannel(unit, channel, this.#shape, true));
        oldestMs = Math.min(oldestMs, oldestOf(channel));
      }
    }
    return { bytes: Buffer.from(`[${items.join(',')}]`), oldestMs };
  }
}
