import { join } from 'node:path';
import { Subscription } from 'rxjs';
import { STATION } from '../../core/bus.js';
import type { PartContext, Service } from '../../core/connector.js';
import { readingTopic, type ChannelId, type Output } from '../../core/message.js';
import { appendWhole, type OpenFile } from './append-whole.js';
import { LineQueue } from './line-queue.js';
import { Sync, type RunCommand, type SyncOptions } from './sync.js';
import { dailyFile, tsvHeader, tsvLine } from './tsv.js';

/** The options of the kind `daily-log`, as the config has them. */
export type DailyLogOptions = {
  readonly root: string;
  readonly folder: string;
  readonly manager: string;
  readonly channel: ChannelId | null;
  readonly parameter: string;
  readonly isVirtual: boolean;
  readonly sync: SyncSchedule | null;
};

export type SyncSchedule = Pick<SyncOptions, 'command' | 'everyS' | 'limitS'>;

/** Files and commands of the machine. */
export type Machine = {
  readonly open: OpenFile;
  /** With those above it; one that exists is fine. */
  readonly makeDirectory: (path: string) => Promise<void>;
  readonly run: RunCommand;
};

/** Eleven hours of one measurement every 4 s; under 1 MB. */
const MAX_LINES = 10_000;
/** The station gives a service 700 ms to stop: the last lines and the last copy of them share these. */
const STOP_LIMIT_MS = 600;
const LAST_LINES_WAIT_MS = 300;

/** Writes every good reading of one parameter into a file a day, and has the files copied elsewhere by a command. */
export class DailyLog implements Service {
  readonly #options: DailyLogOptions;
  readonly #context: PartContext;
  readonly #machine: Machine;
  readonly #queue: LineQueue;
  readonly #sync: Sync | undefined;
  readonly #topic: string;
  #subscription = new Subscription();
  #troubleSince: number | undefined;
  #isStopped = false;

  constructor(options: DailyLogOptions, context: PartContext, machine: Machine) {
    const { open, run } = machine;
    const { folder, manager, channel, parameter, sync } = options;
    const { name, clock, random, log } = context;
    this.#options = options;
    this.#context = context;
    this.#machine = machine;
    this.#topic = readingTopic(manager, channel ?? undefined, parameter);
    const header = tsvHeader(folder);
    this.#queue = new LineQueue({
      name: `daily log ${name}`,
      clock,
      random,
      maxLines: MAX_LINES,
      append: (path, lines) => appendWhole(open, path, { header, lines }),
      onTrouble: (reason) => {
        this.#raise(reason);
      },
      onRecovered: () => {
        this.#clear();
      },
    });
    this.#sync = sync === null ? undefined : new Sync({ ...sync, run, clock, log });
  }

  /** Lines lost since the start because the disk took too long. */
  get lost(): number {
    return this.#queue.lost;
  }

  start(): Promise<void> {
    this.#subscription = this.#context.bus.outputs.subscribe((output) => {
      this.#take(output);
    });
    this.#begin();
    return Promise.resolve();
  }

  /** The first copy finds its directory. Nobody waits for the disk: one that hangs must not hold up the station. */
  #begin(): void {
    const { root, folder } = this.#options;
    const startSync = (): void => {
      if (!this.#isStopped) this.#sync?.start();
    };
    // One that cannot be made fails the first append, and that raises the alarm.
    this.#machine.makeDirectory(join(root, folder)).then(startSync, startSync);
  }

  async stop(): Promise<void> {
    const { clock, log } = this.#context;
    const stopBy = clock.monotonic() + STOP_LIMIT_MS;
    this.#isStopped = true;
    this.#subscription.unsubscribe();
    const unwritten = await this.#queue.stop(LAST_LINES_WAIT_MS);
    if (unwritten > 0) log.warn('the daily log ends with lines unwritten', { lines: unwritten });
    await this.#sync?.stop(stopBy - clock.monotonic());
  }

  #take(output: Output): void {
    if (output.type !== 'reading' || output.topic !== this.#topic) return;
    const { value, quality, timeMs } = output;
    if (quality !== 'good' || typeof value !== 'number') return;
    const { root, folder, isVirtual } = this.#options;
    this.#queue.push(join(root, folder, dailyFile(timeMs, isVirtual)), tsvLine(timeMs, value));
  }

  #raise(reason: string): void {
    const { clock, log } = this.#context;
    this.#troubleSince = clock.monotonic();
    log.warn('the daily log cannot be written', { topic: this.#topic, reason });
    this.#alarm(
      true,
      `${this.#topic} cannot be logged: ${reason}; it is tried again, up to ${MAX_LINES} lines are kept`,
    );
  }

  #clear(): void {
    const { clock, log } = this.#context;
    const awayMs = Math.round(clock.monotonic() - (this.#troubleSince ?? clock.monotonic()));
    log.info('the daily log is written again', { topic: this.#topic, awayMs, lost: this.lost });
    this.#alarm(false, `${this.#topic} is logged again; ${this.lost} lines were lost since the start`);
  }

  #alarm(isActive: boolean, message: string): void {
    const { bus, name } = this.#context;
    bus
      .streamOf(STATION)
      .publish({ type: 'alarm', alarm: `${name}: daily log`, isActive, severity: 'warning', message });
  }
}
