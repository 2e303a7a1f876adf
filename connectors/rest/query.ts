import { HardwareError } from '../../core/errors.js';
import { MAX_PATTERNS, MAX_PATTERN_LENGTH } from '../../core/native/protocol.js';

/** The query of a URL as the router reads it: a name that comes twice has a list. */
export type Query = { readonly [name: string]: unknown };

const MAX_TIMEOUT_MS = 3_600_000;

/** `?fresh=true`. Throws BAD_ARGUMENT for what is neither true nor false. */
export const isFresh = ({ fresh }: Query): boolean => {
  if (fresh === undefined || fresh === 'false') return false;
  if (fresh === 'true' || fresh === '') return true;
  throw new HardwareError('BAD_ARGUMENT', `fresh is true or false, not ${shown(fresh)}`);
};

/** `?topics=hv/**,gun/*`, also several times; all when it is left out. Throws BAD_ARGUMENT. */
export const topicsOf = ({ topics }: Query): readonly string[] => {
  const given: readonly unknown[] = Array.isArray(topics) ? topics : topics === undefined ? ['**'] : [topics];
  const patterns = given
    .flatMap((text) => (typeof text === 'string' ? text.split(',').map((one) => one.trim()) : []))
    .filter((one) => one !== '');
  if (patterns.length === 0 || patterns.length > MAX_PATTERNS) {
    throw new HardwareError('BAD_ARGUMENT', `topics has ${patterns.length} patterns; 1 to ${MAX_PATTERNS} are wanted`);
  }
  const long = patterns.find(({ length }) => length > MAX_PATTERN_LENGTH);
  if (long === undefined) return patterns;
  throw new HardwareError('BAD_ARGUMENT', `a topic of ${long.length} characters; the limit is ${MAX_PATTERN_LENGTH}`);
};

/** How long the client wants to wait, and until when it wants it begun. Throws BAD_ARGUMENT. */
export type Patience = { readonly timeoutMs?: number; readonly validUntilMs?: number };

export const patienceOf = (query: Query): Patience => {
  const timeoutMs = numberOf(query, 'timeoutMs', 1, MAX_TIMEOUT_MS);
  const validUntilMs = numberOf(query, 'validUntilMs', 0, Number.MAX_SAFE_INTEGER);
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(validUntilMs === undefined ? {} : { validUntilMs }),
  };
};

const numberOf = (query: Query, name: string, minimum: number, maximum: number): number | undefined => {
  const text = query[name];
  if (text === undefined) return undefined;
  const value = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new HardwareError('BAD_ARGUMENT', `${name} is a number from ${minimum} to ${maximum}, not ${shown(text)}`);
};

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 64);
