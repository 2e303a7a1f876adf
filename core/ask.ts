import { STATION, type Bus } from './bus.js';
import type { CommandRequest, Failure, Reply } from './message.js';

type Question = Omit<CommandRequest, 'origin' | 'id'>;

/** Sends a command in the station's own name, through the gate as everybody, and resolves with its one answer. `who` says
 *  in the audit why: a signal, or the command that this one is part of. Who asks for a client calls `Bus.ask`. */
export const ask = (bus: Bus, question: Question, who: string): Promise<Reply | Failure> =>
  bus.ask({ ...question, origin: { connector: STATION, peer: who } });
