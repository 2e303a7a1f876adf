import { Subscription } from 'rxjs';
import { ask } from '../core/ask.js';
import { STATION, type Bus } from '../core/bus.js';
import type { Clock } from '../core/clock.js';
import type { Listener } from '../core/connector.js';
import { HardwareError, toProblem } from '../core/errors.js';
import type { JsonObject } from '../core/json-value.js';
import type { Links } from '../core/link.js';
import type { HardwareManager } from '../core/manager.js';
import type { Random } from '../core/random.js';
import type { SchemaCompiler } from '../core/validate.js';
import { RecentHistory } from '../services/recent/recent-history.js';
import { needsRestart } from './config/diff-config.js';
import type { ConfigResult } from './config/read-config.js';
import type { StationConfig } from './config/station-config.js';
import { LinkUsers } from './link-users.js';
import type { LogRing } from './log/log-ring.js';
import type { StationLog } from './log/winston-log.js';
import { createStationDriver, type Memory } from './manager/create-station-driver.js';
import { HealthWatch, type LoopDelay } from './manager/health-watch.js';
import { stationManager } from './manager/station.manager.js';
import { makeManagersSafe, orderlyStop } from './orderly-stop.js';
import { PartFactory } from './part-factory.js';
import { Parts } from './parts.js';
import type { Registries } from './registries.js';
import { applyReload, changesAsJson } from './reload.js';

export type StationOptions = {
  readonly config: StationConfig;
  readonly registries: Registries;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: StationLog;
  readonly logRing: LogRing;
  readonly compile: SchemaCompiler;
  readonly links: Links;
  readonly loopDelay: LoopDelay;
  readonly memory: Memory;
  readonly version: string;
  /** What clients may know of the process: config path, state directory, pid. */
  readonly facts: JsonObject;
  /** Reads the config file anew, for a reload. */
  readonly readConfig: () => Promise<ConfigResult>;
};

/** One running Busbar: managers, connectors and services of one config on one bus. */
export class Station {
  readonly #options: StationOptions;
  readonly #parts: Parts;
  readonly #self: HardwareManager;
  readonly #history: RecentHistory;
  readonly #health: HealthWatch;
  readonly #listening = new Subscription();
  #config: StationConfig;
  #lastCommand = 'none';
  #rejections = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: StationOptions) {
    const { config, bus, clock, version } = options;
    this.#options = options;
    this.#config = config;
    this.#history = new RecentHistory(config.station.history);
    const links = new LinkUsers(options.links);
    const station = { name: config.station.name, version };
    this.#parts = new Parts(bus, new PartFactory({ ...options, links, station }));
    this.#health = new HealthWatch({
      ...options,
      onStall: (stalledMs) => {
        this.#announce('eventLoopStalled', { stalledMs, lastCommand: this.#lastCommand });
      },
      onClockJump: (byMs) => {
        this.#announce('clockJumped', { byMs });
      },
    });
    const driver = createStationDriver({
      ...options,
      links,
      clock,
      history: this.#history,
      lagMs: () => this.#health.lagMs,
      unhandledRejections: () => this.#rejections,
      managers: () => this.#parts.managers,
      kindOf: (name) => this.#config.managers[name]?.kind ?? 'unknown',
      peers: () => this.#parts.peers(),
      actions: {
        info: () => ({ name: this.#config.station.name, version, ...options.facts }),
        reload: () => this.#reload(),
        makeAllSafe: () => this.#makeAllSafe(),
      },
    });
    this.#self = stationManager.create({
      ...options,
      stream: bus.streamOf(STATION),
      drivers: options.registries.drivers,
      createDriver: () => driver,
    });
  }

  /** Builds and starts everything; resolves when all ports are open. When one cannot be had, nothing stays behind. */
  async start(): Promise<readonly Listener[]> {
    const { managers, connectors, services } = this.#config;
    this.#listen();
    this.#options.bus.attach(this.#self);
    await this.#self.start();
    await new Promise<void>((resolve) => {
      this.#options.clock.turn(resolve); // its driver opens without waiting for anything: it is online now
    });
    try {
      for (const name of Object.keys(managers)) await this.#parts.buildManager(name, managers);
      for (const name of Object.keys(services)) await this.#parts.addService(name, services);
      for (const manager of this.#inOrderOfStart()) await manager.start();
      await this.#openAll(Object.keys(connectors));
    } catch (thrown) {
      // No safe action: a station that finds its port taken must not switch off what another one runs.
      this.#stopping ??= this.#end(undefined);
      await this.#stopping;
      throw thrown;
    }
    this.#health.start();
    return this.#parts.listeners;
  }

  #inOrderOfStart(): readonly HardwareManager[] {
    const { playing = [] } = this.#options.registries;
    const isPlaying = ({ name }: HardwareManager): boolean => playing.includes(this.#config.managers[name]?.kind ?? '');
    const { managers } = this.#parts;
    return [...managers.filter(isPlaying), ...managers.filter((manager) => !isPlaying(manager))];
  }

  /** Rule 10 of ARCHITECTURE; bounded, idempotent, never rejects. */
  stop(): Promise<void> {
    const { safeAction, safeActionTimeoutMs } = this.#config.station;
    this.#stopping ??= this.#end(safeAction === 'makeSafe' ? safeActionTimeoutMs : undefined);
    return this.#stopping;
  }

  /** For a crash: the safe action alone, if one is configured. */
  async makeSafeIfConfigured(): Promise<void> {
    const { clock, log } = this.#options;
    const { safeAction, safeActionTimeoutMs } = this.#config.station;
    if (safeAction === 'none') return;
    await makeManagersSafe(this.#parts.managers, clock.monotonic() + safeActionTimeoutMs, log);
  }

  /** The longest that `stop` may take for its safe action. */
  get safeActionMs(): number {
    const { safeAction, safeActionTimeoutMs } = this.#config.station;
    return safeAction === 'none' ? 0 : safeActionTimeoutMs;
  }

  /** A promise was rejected and nobody listened: a defect; counted, and charged to its manager where the error names one. */
  countRejection(reason: unknown): void {
    const { bus, log } = this.#options;
    this.#rejections += 1;
    const { code, message, details } = toProblem(reason);
    const stack = reason instanceof Error ? reason.stack : undefined;
    log.error('unhandled rejection', { code, reason: message, stack, count: this.#rejections });
    const name = details?.['manager'];
    const manager = typeof name === 'string' && bus.manager(name) !== undefined ? name : STATION;
    const text = `a defect in Busbar, the log has the details: ${message}`;
    bus
      .streamOf(manager)
      .publish({ type: 'alarm', alarm: 'defect', isActive: true, severity: 'warning', message: text });
  }

  /** The same as a client's `reload`, through the same gate; `who` is named in the audit. */
  async reloadFor(who: string): Promise<void> {
    await ask(this.#options.bus, { manager: STATION, command: 'reload', arguments: {} }, who);
  }

  #listen(): void {
    const { bus } = this.#options;
    this.#listening.add(
      bus.outputs.subscribe((output) => {
        if (output.type === 'reading') this.#history.record(output);
      }),
    );
    this.#listening.add(
      bus.commands.subscribe(({ manager, command }) => {
        this.#lastCommand = `${manager} ${command}`;
      }),
    );
  }

  async #end(safeActionMs: number | undefined): Promise<void> {
    this.#health.stop();
    await orderlyStop({ ...this.#options, parts: this.#parts, station: this.#self, safeActionMs });
    this.#listening.unsubscribe();
  }

  /** All at once. The first failure counts, after the others have settled. */
  async #openAll(names: readonly string[]): Promise<void> {
    const { connectors } = this.#config;
    const opened = await Promise.allSettled(names.map((name) => this.#parts.addConnector(name, connectors)));
    for (const result of opened) if (result.status === 'rejected') throw result.reason;
  }

  async #reload(): Promise<JsonObject> {
    const { log, readConfig } = this.#options;
    const result = await readConfig();
    if (result.type === 'problems') {
      const { problems } = result;
      for (const line of problems) log.error('config problem', { line });
      const text = 'the config has problems, the old one keeps running:';
      throw new HardwareError('BAD_ARGUMENT', [text, ...problems].join('\n'), { details: { problems } });
    }
    const [before, after] = [this.#config, result.config];
    const changes = await applyReload({ parts: this.#parts, before, after, log });
    this.#config = after;
    log.setLevel(after.station.log.level);
    for (const name of changes.managers.removed) this.#history.forget(name);
    const summary = { ...changesAsJson(changes), needsRestart: needsRestart(before.station, after.station) };
    log.info('config reloaded', summary);
    return summary;
  }

  async #makeAllSafe(): Promise<JsonObject> {
    const { bus, log } = this.#options;
    log.warn('everything is being made safe');
    const answers = this.#parts.managers.map(async ({ name }): Promise<readonly [string, string]> => {
      const answer = await ask(bus, { manager: name, command: 'makeSafe', arguments: {} }, 'stopAll');
      return [name, answer.type === 'reply' ? 'safe' : `${answer.problem.code}: ${answer.problem.message}`];
    });
    const managers = Object.fromEntries(await Promise.all(answers));
    return { isSafe: Object.values(managers).every((result) => result === 'safe'), managers };
  }

  #announce(event: 'eventLoopStalled' | 'clockJumped', details: JsonObject): void {
    this.#options.log.warn(event === 'clockJumped' ? 'wall clock jumped' : 'event loop stood still', details);
    this.#options.bus.streamOf(STATION).publish({ type: 'event', event, details });
  }
}
