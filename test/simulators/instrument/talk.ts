import { seededRandom } from '../../../core/random.js';
import { createInstrument, type CreateInstrumentOptions } from '../../../simulators/instrument/create-instrument.js';
import type { InstrumentSession } from '../../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { createDriverFiles } from '../../../station/driver-files.js';
import type { FakeClock } from '../../support/fake-clock.js';

const files = createDriverFiles(process.cwd());

export const instrumentOf = (
  driver: string,
  clock: FakeClock,
  options: Partial<CreateInstrumentOptions> = {},
): SimulatedInstrument =>
  createInstrument({ name: 'it', file: files.read(driver), clock, random: seededRandom(1), ...options });

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** One client, which says whole messages and reads what there is. */
export class Talk {
  readonly session: InstrumentSession;
  readonly serviceRequests: number[] = [];
  cuts = 0;

  constructor(instrument: SimulatedInstrument) {
    this.session = instrument.connect();
    this.session.cuts.subscribe(() => (this.cuts += 1));
    this.session.serviceRequests.subscribe((status) => this.serviceRequests.push(status));
  }

  /** A message with END, as VXI-11 has it; what there is of the answer now, without its line end. */
  ask(message: string): string {
    this.tell(message);
    return this.read();
  }

  tell(message: string): void {
    this.session.write(bytesOf(message), true);
  }

  read(): string {
    let text = '';
    for (;;) {
      const piece = this.session.take(7);
      if (piece === undefined) return text.replace(/\n$/, '');
      text += Buffer.from(piece.bytes).toString('latin1');
    }
  }
}
