import type { Clock } from '../../../core/clock.js';
import type { Instrument } from '../../instrument/instrument.js';
import { Vxi11DeviceLink } from './vxi11-device-link.js';
import { Vxi11Lock } from './vxi11-lock.js';

/** More than all clients of a laboratory want at a time. */
const MAX_LINKS = 256;

type Device = { readonly instrument: Instrument; readonly lock: Vxi11Lock };

/** The devices behind one server by their names, and every link there is to them. */
export class Vxi11DeviceTable {
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #links = new Map<number, Vxi11DeviceLink>();
  readonly #clock: Clock;
  #lastLid = 0;

  constructor(instruments: { readonly [name: string]: Instrument }, clock: Clock) {
    this.#clock = clock;
    const entries = Object.entries(instruments);
    this.#devices = new Map(
      entries.map(([name, instrument]) => [name.toLowerCase(), { instrument, lock: new Vxi11Lock() }]),
    );
  }

  get names(): readonly string[] {
    return [...this.#devices.keys()];
  }

  /** False: everything behind this server is switched off, and so is the server. */
  get isOn(): boolean {
    return [...this.#devices.values()].some(({ instrument }) => instrument.isOn);
  }

  get isFull(): boolean {
    return this.#links.size >= MAX_LINKS;
  }

  /** A new link; undefined: there is no such device, or it is switched off. */
  link(name: string): { readonly lid: number; readonly link: Vxi11DeviceLink } | undefined {
    const device = this.#devices.get(name.toLowerCase());
    if (device?.instrument.isOn !== true) return undefined;
    const link = new Vxi11DeviceLink({
      session: device.instrument.connect(),
      lock: device.lock,
      clock: this.#clock,
    });
    this.#lastLid = (this.#lastLid % 0x7fff_ffff) + 1;
    this.#links.set(this.#lastLid, link);
    return { lid: this.#lastLid, link };
  }

  /** Ends what a link waits for, from whatever connection it is asked. False: no such link. */
  abort(lid: number): boolean {
    const link = this.#links.get(lid);
    link?.abort();
    return link !== undefined;
  }

  /** The link is gone, with its lock and its session. */
  release(lid: number): void {
    this.#links.get(lid)?.close();
    this.#links.delete(lid);
  }
}
