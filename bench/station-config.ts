import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../core/json-value.js';

/** Writes a config that a case has put together, and gives its path. JSON is YAML too. */
export const configFile = (config: JsonObject): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'busbar-bench-config-')), 'station.yaml');
  writeFileSync(path, JSON.stringify(config));
  return path;
};

/** Newest reading of the station by its REST interface. */
export const readingOf = async (base: string, manager: string, parameter: string): Promise<unknown> => {
  const response = await fetch(new URL(`/busbar/api/managers/${manager}/readings/${parameter}`, base));
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null ? Reflect.get(body, 'value') : undefined;
};
