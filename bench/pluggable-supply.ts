import { silentLog } from '../core/log.js';
import { seededRandom } from '../core/random.js';
import { createInstrument } from '../simulators/instrument/create-instrument.js';
import type { InstrumentServer } from '../simulators/instrument/instrument.js';
import { createScpiSocketServer } from '../simulators/servers/scpi-socket/scpi-socket-server.js';
import { driverFiles } from '../station/driver-files.js';
import { systemClock } from '../station/system-clock.js';

/** A simulated E36313A on a raw socket that is pulled and plugged in again; it keeps its port. */
export class PluggableSupply {
  readonly #instrument = createInstrument({
    name: 'supply',
    file: driverFiles.read('keysight-e36300'),
    model: 'E36313A',
    clock: systemClock,
    random: seededRandom(1),
  });
  #server: InstrumentServer | undefined;
  #resource = '';

  get resource(): string {
    return this.#resource;
  }

  async plugIn(): Promise<this> {
    const port = Number(this.#resource.split('::')[2] ?? 0);
    const options = { host: '127.0.0.1', port, instrument: this.#instrument };
    this.#server = createScpiSocketServer(options, { clock: systemClock, log: silentLog });
    [this.#resource = ''] = await this.#server.start();
    return this;
  }

  /** Its connections end, and new ones are refused. */
  async unplug(): Promise<void> {
    await this.#server?.stop();
  }

  /** The same, but it is the mains that are gone: its port is open, and whoever comes is reset. */
  switchOff(): void {
    this.#instrument.switchOff();
  }

  switchOn(): void {
    this.#instrument.switchOn();
  }

  async close(): Promise<void> {
    this.#instrument.close();
    await this.unplug();
  }
}
