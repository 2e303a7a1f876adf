import type { Target, Trial } from './trial.js';
import type { AskAs } from './try-devices.js';

/** Tries one host in every way, one after the other: small instruments take few connections and have one parser for all. Where
 *  not even a refusal comes back there is hardly anybody to disturb, and all is tried at once. Never rejects. */
export const tryHost = async (
  targets: readonly Target[],
  ask: AskAs,
  signal: AbortSignal,
): Promise<readonly Trial[]> => {
  const [first, ...others] = targets;
  if (first === undefined || signal.aborted) return [];
  const trial = await ask(first);
  const rest =
    trial.type === 'absent' && trial.isMute
      ? await Promise.all(others.map((target) => ask(target)))
      : await inTurn(others, ask, signal);
  return [trial, ...rest];
};

const inTurn = async (targets: readonly Target[], ask: AskAs, signal: AbortSignal): Promise<readonly Trial[]> => {
  const trials: Trial[] = [];
  for (const target of targets) {
    if (signal.aborted) break;
    trials.push(await ask(target));
  }
  return trials;
};
