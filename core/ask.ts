import { filter, firstValueFrom, take } from 'rxjs';
import type { Bus } from './bus.js';
import { STATION } from './bus.js';
import type { CommandRequest, Failure, Output, Reply } from './message.js';

type Question = Omit<CommandRequest, 'origin' | 'id'>;

const isAnswer = (output: Output): output is Reply | Failure => output.type === 'reply' || output.type === 'failure';

/** Sends a command in the station's own name, through the gate as everybody, and resolves with its one answer. `who` says
 *  in the audit why: a signal, or the command that this one is part of. */
export const ask = (bus: Bus, question: Question, who: string): Promise<Reply | Failure> => {
  const origin = { connector: STATION, peer: who };
  const answer = firstValueFrom(
    bus.outputs.pipe(
      filter(isAnswer),
      filter(({ command }) => command.origin === origin),
      take(1),
    ),
  );
  bus.submit({ ...question, origin });
  return answer;
};
