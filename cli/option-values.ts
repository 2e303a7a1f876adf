import { InvalidArgumentError } from 'commander';

/** As many lines as the station remembers. */
const MAX_LOG_LINES = 1_000;
const MAX_TIME_MS = 60_000;

/** What each option takes, or the sentence that says what it wants. */
export const asCount = (text: string): number => {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number above 0 is wanted');
  return count;
};

export const asLogCount = (text: string): number => {
  const count = asCount(text);
  if (count > MAX_LOG_LINES) throw new InvalidArgumentError(`the station remembers ${MAX_LOG_LINES} lines`);
  return count;
};

export const asTime = (text: string): number => {
  const ms = asCount(text);
  if (ms > MAX_TIME_MS) throw new InvalidArgumentError(`${MAX_TIME_MS} ms is the longest`);
  return ms;
};

export const asPort = (text: string): number => {
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('a port from 0 to 65535 is wanted, 0 for any that is free');
};

/** One where something listens. */
export const asTarget = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('a port from 1 to 65535 is wanted');
};

export const asInteger = (text: string): number => {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('a whole number is wanted');
};

export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export const collectTargets = (text: string, before: readonly number[] = []): readonly number[] => [
  ...before,
  asTarget(text),
];
