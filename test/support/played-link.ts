import { Subject, firstValueFrom } from 'rxjs';
import { abortReason, sleep, type Clock } from '../../core/clock.js';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { Conversation, Link, Links } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import type { Instrument, InstrumentSession } from '../../simulators/instrument/instrument.js';

/** What the other end of a played link does. */
export type Player = {
  readonly say: (text: string) => void;
  /** Of the query that was said last; never: it is silent. */
  readonly answer: () => Promise<string>;
  readonly close: () => void;
};

const TIMEOUT_MS = 2_000;

/** A link without a road: its other end is played. Remembers what was said, and when. */
export class PlayedLink implements Link {
  readonly resource: string;
  readonly said: string[] = [];
  readonly saidAtMs: number[] = [];
  readonly lost = new Subject<Problem>();
  readonly serviceRequests = new Subject<void>();
  isClosed = false;
  /** Requests that were given up before their answer came. */
  givenUp = 0;
  reads = 0;
  readonly #clock: Clock;
  readonly #player: Player;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(resource: string, clock: Clock, player: Player) {
    this.resource = resource;
    this.#clock = clock;
    this.#player = player;
  }

  readonly #inside: Conversation = {
    write: (text) => this.#say(text),
    query: async (text, call, { answerAfterMs = 0 } = {}) => {
      await this.#say(text);
      if (answerAfterMs > 0) await sleep(this.#clock, answerAfterMs, call.signal);
      return this.#answer(text, call);
    },
    read: (call) => {
      this.reads += 1;
      return this.#answer('read', call);
    },
  };

  write(text: string, call: Call): Promise<void> {
    return this.together((conversation) => conversation.write(text, call));
  }

  query(text: string, call: Call, options?: { readonly answerAfterMs?: number }): Promise<string> {
    return this.together((conversation) => conversation.query(text, call, options));
  }

  read(call: Call): Promise<string> {
    return this.together((conversation) => conversation.read(call));
  }

  together<T>(work: (conversation: Conversation) => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => work(this.#inside));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  clear(): Promise<void> {
    return Promise.resolve();
  }

  statusByte(): Promise<number> {
    return Promise.reject(new HardwareError('BAD_COMMAND', 'a played link has no status byte'));
  }

  trigger(): Promise<void> {
    return Promise.reject(new HardwareError('BAD_COMMAND', 'a played link has no trigger'));
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#player.close();
    return Promise.resolve();
  }

  #say(text: string): Promise<void> {
    if (this.isClosed) return Promise.reject(new HardwareError('DISCONNECTED', `${this.resource} is closed`));
    this.said.push(text);
    this.saidAtMs.push(this.#clock.monotonic());
    this.#player.say(text);
    return Promise.resolve();
  }

  #answer(text: string, { signal, deadline }: Call): Promise<string> {
    return new Promise((resolve, reject) => {
      const giveUp = (reason: Error): void => {
        this.givenUp += 1;
        end();
        reject(reason);
      };
      const limitMs = Math.max(0, Math.min(TIMEOUT_MS, deadline - this.#clock.monotonic()));
      const cancel = this.#clock.after(limitMs, () => {
        giveUp(new HardwareError('TIMEOUT', `${this.resource}: no answer to ${text}`));
      });
      const onAbort = (): void => {
        giveUp(abortReason(signal));
      };
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
      };
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#player.answer().finally(end).then(resolve, reject);
    });
  }
}

const silence = new Promise<never>(() => undefined);

/** Plays a table of answers; what it does not have is not answered. */
export const scripted = (answerTo: (text: string) => string | undefined): Player => {
  let last: string | undefined;
  return {
    say: (text) => {
      last = answerTo(text);
    },
    answer: () => (last === undefined ? silence : Promise.resolve(last)),
    close: () => undefined,
  };
};

/** Plays a simulated instrument. */
export const playing = (instrument: Instrument): Player => {
  const session = instrument.connect();
  return {
    say: (text) => {
      session.write(Buffer.from(text, 'latin1'), true);
    },
    answer: () => wholeAnswer(session),
    close: () => {
      session.close();
    },
  };
};

const wholeAnswer = async (session: InstrumentSession): Promise<string> => {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = session.take(4096);
    if (piece === undefined) {
      await firstValueFrom(session.answers);
      continue;
    }
    pieces.push(piece.bytes);
    if (piece.isEnd)
      return Buffer.concat(pieces)
        .toString('latin1')
        .replace(/\r?\n$/, '');
  }
};

/** Links that open one played link after the other, all to the same other end. */
export const playedLinks = (clock: Clock, player: () => Player): Links & { readonly opened: readonly PlayedLink[] } => {
  const opened: PlayedLink[] = [];
  return {
    opened,
    check: () => undefined,
    open: (resource) => {
      const link = new PlayedLink(resource, clock, player());
      opened.push(link);
      return Promise.resolve(link);
    },
    openRegisters: () => Promise.reject(new HardwareError('DISCONNECTED', 'there are no registers here')),
    reports: () => [],
  };
};
