import { readFile } from 'node:fs/promises';
import type { Subscription } from 'rxjs';
import { parse } from 'yaml';
import type { Bus } from '../../core/bus.js';
import { toProblem } from '../../core/errors.js';
import { isJsonObject, type Json } from '../../core/json-value.js';
import type { Logger } from '../../core/log.js';
import type { Units } from './units.js';

/** Names of channels, by unit and channel number, as `POST /settings` has saved them. */
type Names = ReadonlyMap<string, ReadonlyMap<number, string>>;

export type SavedNamesOptions = {
  readonly connector: string;
  readonly bus: Bus;
  readonly log: Logger;
  readonly units: Units;
  readonly path: string;
};

/** Gives the channels of each unit the names that were saved, when the unit first comes online. Set-points beside them are
 *  not touched: a restart moves no voltage. */
export class SavedNames {
  readonly #options: SavedNamesOptions;
  readonly #listening: Subscription;
  #names: Names = new Map();
  readonly #done = new Set<string>();

  constructor(options: SavedNamesOptions) {
    this.#options = options;
    this.#listening = options.bus.outputs.subscribe((output) => {
      if (output.type === 'event' && output.event === 'online') this.#restore();
    });
  }

  /** Reads the file; one that is not there yet has no names, one that cannot be read is logged. */
  async start(): Promise<void> {
    const { path, log } = this.#options;
    try {
      this.#names = namesIn(parse(await readFile(path, 'utf8')) as Json);
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return;
      log.warn('saved names cannot be read', { file: path, reason: toProblem(thrown).message });
    }
    this.#restore();
  }

  close(): void {
    this.#listening.unsubscribe();
  }

  #restore(): void {
    for (const { name, isOnline, options, channels } of this.#options.units.all()) {
      const saved = this.#names.get(name);
      if (saved === undefined || !isOnline || options.manager === undefined || this.#done.has(name)) continue;
      this.#done.add(name);
      for (const { index, readings } of channels) {
        const wanted = saved.get(index);
        if (wanted !== undefined && readings.get('name')?.value !== wanted)
          this.#rename(options.manager, index, wanted);
      }
    }
  }

  #rename(manager: string, channel: number, name: string): void {
    const { bus, connector, path } = this.#options;
    bus.submit({
      manager,
      channel,
      command: 'configure',
      arguments: { name },
      origin: { connector, peer: path },
    });
  }
}

const namesIn = (file: Json): Names => {
  const units = isJsonObject(file) && Array.isArray(file['units']) ? (file['units'] as readonly Json[]) : [];
  return new Map(
    units.filter(isJsonObject).flatMap(({ name, channel_data: data }) => {
      if (typeof name !== 'string' || data === undefined || !isJsonObject(data)) return [];
      return [[name, channelNames(data)] as const];
    }),
  );
};

const channelNames = (data: { readonly [index: string]: Json }): ReadonlyMap<number, string> =>
  new Map(
    Object.entries(data).flatMap(([index, channel]) => {
      const name = isJsonObject(channel) ? channel['name'] : undefined;
      return typeof name === 'string' ? [[Number(index), name] as const] : [];
    }),
  );
