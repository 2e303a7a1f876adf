import { duplexPair } from 'node:stream';
import { Subject } from 'rxjs';
import { abortReason, type Clock } from '../../../core/clock.js';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import type { Random } from '../../../core/random.js';
import type { Road } from '../../../managers/links/road.js';
import { SocketRoad } from '../../../managers/links/socket.road.js';

export type FlakyOptions = { readonly clock: Clock; readonly random: Random };

/** What is wrong with an answer, and how often of a hundred: late beyond every time-out, lost, doubled, cut for good, cut
 *  with the rest to come. */
const faults = [
  ['late', 4],
  ['lost', 3],
  ['doubled', 4],
  ['cut', 3],
  ['torn', 3],
] as const;
type Fault = (typeof faults)[number][0] | 'none';

const LATE_MS = 900;
const USUAL_MS = 20;
/** Connections that break, and connections that are refused, of a thousand. */
const DROPS = 2;
const REFUSALS = 20;

/** One piece of an answer on its way. */
type Piece = { readonly afterMs: number; readonly bytes: string };

/** An instrument that answers `Q17?` by `<17>`, on a wire that does not always do what it should. Every connection is a new
 *  conversation: what was on its way in an older one is gone. */
export class FlakyInstrument {
  readonly #clock: Clock;
  readonly #random: Random;

  constructor({ clock, random }: FlakyOptions) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A raw byte stream, read by the road of production. */
  socketRoad(): Road {
    this.#refuseSometimes();
    const [ours, theirs] = duplexPair();
    let unread = '';
    theirs.on('data', (chunk: Buffer) => {
      unread += chunk.toString('latin1');
      const lines = unread.split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) {
        if (this.#happens(DROPS)) theirs.destroy();
        for (const { afterMs, bytes } of this.#answerTo(line)) {
          if (afterMs === 0) write(bytes);
          else this.#clock.after(afterMs, () => write(bytes));
        }
      }
    });
    const write = (bytes: string): void => {
      if (!theirs.destroyed) theirs.write(bytes);
    };
    theirs.on('error', () => undefined);
    theirs.on('close', () => ours.destroy());
    return new SocketRoad({ name: 'flaky', stream: ours, clock: this.#clock });
  }

  /** A road with END and device clear, such as VXI-11: messages come whole, or are told to be cut. */
  messageRoad(): Road {
    this.#refuseSometimes();
    return new FlakyMessages(this.#clock, (text) => this.#answerTo(text));
  }

  #refuseSometimes(): void {
    if (this.#happens(REFUSALS)) throw new HardwareError('DISCONNECTED', 'connection refused');
  }

  #happens(ofThousand: number): boolean {
    return this.#random() * 1_000 < ofThousand;
  }

  #answerTo(line: string): readonly Piece[] {
    const id = /^Q(\d+)\?$/.exec(line)?.[1];
    if (id === undefined) return [];
    const answer = `<${id}>\n`;
    const usual = this.#random() < 0.3 ? 0 : this.#random() * USUAL_MS;
    const cut = 1 + Math.floor(this.#random() * (answer.length - 1));
    const pieces: Readonly<Record<Fault, readonly Piece[]>> = {
      none: [{ afterMs: usual, bytes: answer }],
      late: [{ afterMs: this.#random() * LATE_MS, bytes: answer }],
      lost: [],
      doubled: [{ afterMs: usual, bytes: answer + answer }],
      cut: [{ afterMs: usual, bytes: answer.slice(0, cut) }],
      torn: [
        { afterMs: usual, bytes: answer.slice(0, cut) },
        { afterMs: usual + this.#random() * LATE_MS, bytes: answer.slice(cut) },
      ],
    };
    return pieces[this.#fault()];
  }

  #fault(): Fault {
    let chance = this.#random() * 100;
    for (const [fault, percent] of faults) {
      if (chance < percent) return fault;
      chance -= percent;
    }
    return 'none';
  }
}

class FlakyMessages implements Road {
  readonly bus = 'flaky';
  readonly lost = new Subject<Problem>();
  readonly #clock: Clock;
  readonly #answerTo: (text: string) => readonly Piece[];
  #queue: string[] = [];
  #clears = 0;
  #onArrival: () => void = () => undefined;

  constructor(clock: Clock, answerTo: (text: string) => readonly Piece[]) {
    this.#clock = clock;
    this.#answerTo = answerTo;
  }

  get pendingBytes(): number {
    return this.#queue.join('').length;
  }

  send(message: Uint8Array): Promise<void> {
    const clears = this.#clears;
    for (const { afterMs, bytes } of this.#answerTo(Buffer.from(message).toString('latin1'))) {
      this.#clock.after(afterMs, () => {
        if (clears !== this.#clears) return;
        this.#queue.push(...(bytes.match(/[^\n]+\n?/g) ?? []));
        this.#onArrival();
      });
    }
    return Promise.resolve();
  }

  async receive(call: Call): Promise<Uint8Array> {
    while (this.#queue.length === 0) await this.#arrival(call);
    const message = this.#queue.shift() ?? '';
    if (!message.endsWith('\n')) throw new HardwareError('DEVICE_FAULT', 'the answer was cut');
    return Buffer.from(message.slice(0, -1), 'latin1');
  }

  drop(): 'nothing' | 'clear' {
    if (this.#queue.length === 0) return 'nothing';
    this.#queue = [];
    return 'clear';
  }

  clear(): Promise<'clear'> {
    this.#clears += 1;
    this.#queue = [];
    return Promise.resolve('clear');
  }

  close(): Promise<void> {
    this.#clears += 1;
    return Promise.resolve();
  }

  #arrival({ signal, deadline }: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (settleIt: () => void): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        settleIt();
      };
      const onAbort = (): void => {
        settle(() => {
          reject(abortReason(signal));
        });
      };
      const cancel = this.#clock.after(deadline - this.#clock.monotonic(), () => {
        settle(() => {
          reject(new HardwareError('TIMEOUT', 'flaky did not answer in time'));
        });
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#onArrival = () => {
        settle(resolve);
      };
    });
  }
}
