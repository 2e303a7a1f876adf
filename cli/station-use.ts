import { isJsonObject, type Json } from '../core/json-value.js';
import { within } from '../core/within.js';
import type { HeldInstrument } from '../station/state/held-instruments.js';
import { systemClock } from '../station/system-clock.js';
import type { Session } from './session.js';
import { withSession } from './session.js';

/** What a running station has: its instruments, and the names of its managers. */
export type StationUse = { readonly held: readonly HeldInstrument[]; readonly managers: readonly string[] };

const nothing: StationUse = { held: [], managers: [] };
/** A station that is there answers in milliseconds. */
const LIMIT_MS = 1_500;

/** Asks the station which roads it has open. Where none answers nothing is used by it; never rejects. */
export const askStation = async (url: string): Promise<StationUse> => {
  try {
    return await withSession(url, 'busbar find', async (session) => {
      const late = (): Error => new Error(`no station answers at ${url}`);
      return within(systemClock, linksOf(session), { ms: LIMIT_MS, late });
    });
  } catch {
    return nothing; // searching for instruments needs no station
  }
};

const linksOf = async ({ client, expect, url }: Session): Promise<StationUse> => {
  const readings = expect(await client.get(['station/links', 'station/managers']));
  const rows = (topic: string): readonly Json[] => {
    const reading = readings.find((each) => each.topic === topic);
    return reading === undefined || reading.quality === 'bad' ? [] : listOf(reading.value);
  };
  return {
    held: rows('station/links').flatMap((link) => usedLink(link, url)),
    managers: rows('station/managers').flatMap((row) => (isJsonObject(row) ? wordsIn([row['name']]) : [])),
  };
};

/** A link that is not open now keeps nobody off. */
const usedLink = (link: Json, url: string): readonly HeldInstrument[] => {
  if (!isJsonObject(link) || link['isOpen'] !== true || typeof link['resource'] !== 'string') return [];
  const users = wordsIn(listOf(link['managers']));
  const who = users.length === 0 ? 'the station' : `manager ${users.join(', ')} of the station`;
  return [{ lock: link['resource'], by: `${who} at ${url}` }];
};

const wordsIn = (values: readonly (Json | undefined)[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');

const listOf = (value: Json | undefined): readonly Json[] => (isJsonArray(value) ? value : []);

const isJsonArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
