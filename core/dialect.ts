import type { Problem } from './errors.js';
import type { CommandRequest, Failure, Origin, Output, Reply } from './message.js';

/** Who gets an answer: the peer that asked, all peers of the dialect, or the asker unless it has gone. */
export type Recipients = 'sender' | 'everyone' | 'sender-else-everyone';

/** What a dialect made of a frame: a command for the bus, or an answer of its own (what is no command never reaches the bus). */
export type Understood<Frame> =
  { readonly request: CommandRequest } | { readonly answer: readonly Frame[]; readonly to: Recipients };

/** The words of one foreign system, mapped to ours: pure, no socket, no timer, no state. */
export type Dialect<Frame> = {
  readonly understand: (frame: Frame, origin: Origin, nowMs: number) => Understood<Frame>;
  /** Empty: this dialect has no word for it. */
  readonly toFrames: (output: Output) => readonly Frame[];
  /** For bytes that are no frame; answered to their sender alone. */
  readonly onBadFrame: (problem: Problem, nowMs: number) => readonly Frame[];
  readonly recipients: (answer: Reply | Failure) => Recipients;
};
