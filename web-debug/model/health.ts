import type { Reading } from '../../core/message.js';

/** How far a value on the screen can be trusted; each has a shape and a word besides its colour. */
export type Health = 'good' | 'late' | 'stale' | 'bad' | 'unknown' | 'cut-off';

export const healthWords: Readonly<
  Record<Health, { readonly mark: string; readonly word: string; readonly meaning: string }>
> = {
  good: { mark: '\u25cf', word: 'good', meaning: 'read in time' },
  late: { mark: '\u25d1', word: 'late', meaning: 'older than its polls should make it' },
  stale: { mark: '\u25d1', word: 'stale', meaning: 'true once, now too old to trust' },
  bad: { mark: '\u25b2', word: 'bad', meaning: 'could not be read' },
  unknown: { mark: '\u25cb', word: 'no value', meaning: 'not read yet' },
  'cut-off': {
    mark: '\u25cc',
    word: 'last seen',
    meaning: 'the page is not connected; this is the last that it heard',
  },
};

/** Three missed polls and a second for the way here. */
const MISSED_POLLS = 3;
const LATENCY_MS = 1_000;

export type HealthInputs = {
  readonly reading: Reading | undefined;
  readonly ageMs: number;
  readonly pollMs: number | undefined;
  readonly isConnected: boolean;
};

export const healthOf = ({ reading, ageMs, pollMs, isConnected }: HealthInputs): Health => {
  if (reading === undefined) return 'unknown';
  if (!isConnected) return 'cut-off';
  if (reading.quality !== 'good') return reading.quality;
  return pollMs !== undefined && ageMs > MISSED_POLLS * pollMs + LATENCY_MS ? 'late' : 'good';
};
