import type { Clock } from '../../core/clock.js';
import type { Instrument, InstrumentSession } from '../../simulators/instrument/instrument.js';

/** What reached an instrument: the bytes of one message as text, `END` where the last of them had it, or `CLEAR`. */
export type Heard = { readonly atMs: number; readonly to: string; readonly text: string };

/** An instrument that writes into `heard` whatever is said to it. */
export const overheard = (instrument: Instrument, clock: Clock, heard: Heard[]): Instrument => {
  const note = (text: string): void => {
    heard.push({ atMs: clock.monotonic(), to: instrument.name, text });
  };
  const overhearing = (session: InstrumentSession): InstrumentSession => ({
    write: (bytes, isEnd) => {
      note(`${Buffer.from(bytes).toString('latin1')}${isEnd ? 'END' : ''}`);
      session.write(bytes, isEnd);
    },
    clear: () => {
      note('CLEAR');
      session.clear();
    },
    take: (maxBytes) => session.take(maxBytes),
    answers: session.answers,
    unterminated: () => session.unterminated?.(),
    trigger: () => {
      note('TRIGGER');
      session.trigger();
    },
    statusByte: () => session.statusByte(),
    serviceRequests: session.serviceRequests,
    cuts: session.cuts,
    close: () => {
      session.close();
    },
  });
  return {
    name: instrument.name,
    get isOn() {
      return instrument.isOn;
    },
    connect: () => overhearing(instrument.connect()),
  };
};
