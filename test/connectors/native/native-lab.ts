import { clientFrameSchema } from '../../../connectors/native/client-frame-schema.js';
import { NativeExchange, type NativePeer } from '../../../connectors/native/native-exchange.js';
import { Bus } from '../../../core/bus.js';
import type { Clock } from '../../../core/clock.js';
import type { ClientFrame, StationFrame } from '../../../core/native/protocol.js';
import type { Sink } from '../../../core/outbox.js';
import type { Burst } from '../../../core/parcel.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { MemoryLog } from '../../support/memory-log.js';

/** Time stands still; turns come when they are told to. */
export class HandClock implements Clock {
  #tasks: (() => void)[] = [];
  now = (): number => 1_700_000_000_000;
  monotonic = (): number => 0;
  after = (): (() => void) => () => undefined;
  turn = (task: () => void): void => {
    this.#tasks.push(task);
  };
  runTurn(): void {
    for (const task of this.#tasks.splice(0)) task();
  }
}

/** A client of an exchange in memory: its transport takes all, or nothing while `isStuck`. */
export class FakePeer implements Sink {
  readonly frames: StationFrame[] = [];
  readonly bursts: Burst[] = [];
  isStuck = false;
  closedBecause: string | undefined;
  readonly #exchange: NativeExchange;
  readonly #member: NativePeer;

  constructor(exchange: NativeExchange, name: string) {
    this.#exchange = exchange;
    this.#member = exchange.join(name, this);
  }

  write(burst: Burst): boolean {
    this.bursts.push(burst);
    for (const { bytes } of burst.parcels) this.frames.push(JSON.parse(Buffer.from(bytes).toString()) as StationFrame);
    return !this.isStuck;
  }

  close(reason: string): void {
    this.closedBecause = reason;
  }

  /** As one chunk that holds this frame. */
  send(frame: ClientFrame): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.#exchange.receive(this.#member, text);
    this.#exchange.flush(this.#member);
  }

  unblock(): void {
    this.isStuck = false;
    this.#member.outbox.drained();
  }

  leave(): void {
    this.#exchange.leave(this.#member);
  }

  get report() {
    return this.#exchange.peers().find(({ peer }) => peer === this.#member.origin.peer);
  }

  of<Type extends StationFrame['type']>(type: Type): readonly Extract<StationFrame, { type: Type }>[] {
    return this.frames.filter((frame): frame is Extract<StationFrame, { type: Type }> => frame.type === type);
  }

  get types(): readonly string[] {
    return this.frames.map(({ type }) => type);
  }
}

/** An exchange on a bus on which a test speaks for the managers. */
export class NativeLab {
  readonly clock: Clock & { runTurn?: () => void };
  readonly bus: Bus;
  readonly log = new MemoryLog();
  readonly exchange: NativeExchange;
  /** Texts that were encoded. */
  readonly encoded: string[] = [];
  #peers = 0;

  constructor({ clock, bus, maxOutboxBytes }: { clock: Clock; bus?: Bus; maxOutboxBytes?: number }) {
    this.clock = clock;
    this.bus = bus ?? new Bus({ clock });
    this.exchange = new NativeExchange({
      connector: 'web',
      station: { name: 'lab', version: '1.2.3' },
      bus: this.bus,
      clock,
      log: this.log,
      schema: clientFrameSchema(),
      compile: createCompiler(),
      encode: (text) => {
        this.encoded.push(text);
        return Buffer.from(text);
      },
      maxBurstBytes: 65_536,
      ...(maxOutboxBytes === undefined ? {} : { maxOutboxBytes }),
    });
  }

  join(): FakePeer {
    return new FakePeer(this.exchange, `peer-${++this.#peers}`);
  }

  alarm(manager: string, isActive: boolean): void {
    const what = { alarm: 'tripped', severity: 'alarm', message: 'the output is off' } as const;
    this.bus.streamOf(manager).publish({ type: 'alarm', isActive, ...what });
  }

  read(manager: string, channel: number, parameter: string, value: number): void {
    this.bus.streamOf(manager).publish({ type: 'reading', channel, parameter, value, quality: 'good', timeMs: 0 });
  }

  announce(manager: string, event: string): void {
    this.bus.streamOf(manager).publish({ type: 'event', event, details: {} });
  }
}
