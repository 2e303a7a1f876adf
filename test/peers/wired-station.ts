import { Bus } from '../../core/bus.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import type { Failure, Output, Reading, Reply } from '../../core/message.js';
import { seededRandom } from '../../core/random.js';
import { createCompiler } from '../../schemas/compiler.js';
import { allKinds } from '../../station/all-kinds.js';
import { checkConfig } from '../../station/config/check-config.js';
import { readTree } from '../../station/config/yaml-tree.js';
import { LogRing } from '../../station/log/log-ring.js';
import { Station } from '../../station/station.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { until } from './online-station.js';

class StationLog extends MemoryLog {
  override isDebug = (): boolean => false;
  setLevel = (): void => undefined;
}

/** A whole station in this process, with real links and no client wire; remembers what it says. `stop()` in `afterEach`. */
export class WiredStation {
  readonly bus = new Bus({ clock: systemClock });
  readonly log = new StationLog();
  readonly outputs: Output[] = [];
  #station: Station | undefined;

  async start(managers: JsonObject): Promise<this> {
    const tree = readTree(JSON.stringify({ managers }), { env: {}, readSecret: () => '' });
    const checked = await checkConfig(tree, allKinds);
    if (!('config' in checked)) throw new Error(JSON.stringify(checked.problems));
    const { bus, log } = this;
    const context = { clock: systemClock, random: seededRandom(1), log };
    bus.outputs.subscribe((output) => this.outputs.push(output));
    this.#station = new Station({
      ...context,
      config: checked.config,
      registries: allKinds,
      bus,
      links: allKinds.links({ ...context, boards: {}, claim: () => () => undefined }),
      logRing: new LogRing(1),
      compile: createCompiler(),
      loopDelay: { take: () => ({ p99Ms: 0, longestMs: 0 }), stop: () => undefined },
      memory: () => ({ rssBytes: 0, heapUsedBytes: 0 }),
      version: '0',
      facts: {},
      readConfig: () => Promise.resolve({ type: 'problems', problems: [] }),
    });
    await this.#station.start();
    return this;
  }

  /** Online and offline of a manager, in order. */
  edges(manager: string): readonly string[] {
    return this.outputs.flatMap((output) =>
      output.type === 'event' && output.manager === manager && /^o(n|ff)line$/.test(output.event) ? [output.event] : [],
    );
  }

  readings(topic: string): readonly Reading[] {
    return this.outputs.flatMap((output) => (output.type === 'reading' && output.topic === topic ? [output] : []));
  }

  newest(topic: string): Reading | undefined {
    return this.bus.snapshot().find((reading) => reading.topic === topic);
  }

  ask(manager: string, command: string, channel: number | undefined, values: JsonObject): Promise<Reply | Failure> {
    const origin = { connector: 'test', peer: 'tester' };
    return this.bus.ask({ manager, command, arguments: values, origin, ...(channel === undefined ? {} : { channel }) });
  }

  isOnline(manager: string): boolean {
    return this.bus.manager(manager)?.state === 'online';
  }

  async online(...managers: readonly string[]): Promise<void> {
    await until('all are online', () => managers.every((manager) => this.isOnline(manager)));
  }

  /** Lines about a manager, without the defects of nobody. */
  logged(manager: string): readonly string[] {
    return this.log.lines
      .filter(({ fields }) => fields['manager'] === manager)
      .map(({ level, message }) => `${level}: ${message}`);
  }

  /** The roads, as clients see them. */
  async links(): Promise<readonly JsonObject[]> {
    await this.ask('station', 'refresh', undefined, { parameter: 'links' });
    const value: Json = this.newest('station/links')?.value ?? null;
    return Array.isArray(value) ? value.filter(isJsonObject) : [];
  }

  async stop(): Promise<void> {
    await this.#station?.stop();
  }
}
