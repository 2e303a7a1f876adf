import type { Random } from './random.js';

export type BackoffOptions = { readonly firstMs: number; readonly capMs: number; readonly factor: number };

/** Back within 2 s of an instrument's return (RELIABILITY, fault 1): so the pause never grows beyond 1.5 s. */
export const reconnectBackoff: BackoffOptions = { firstMs: 100, capMs: 1500, factor: 1.6 };

/** Growing, capped pauses with jitter: between half and all of `first * factor^n`. `reset` after a success. */
export const backoff = (
  { firstMs, capMs, factor }: BackoffOptions,
  random: Random,
): { readonly next: () => number; readonly reset: () => void } => {
  let pauseMs = firstMs;
  return {
    next: () => {
      const jittered = pauseMs * (0.5 + random() / 2);
      pauseMs = Math.min(pauseMs * factor, capMs);
      return jittered;
    },
    reset: () => {
      pauseMs = firstMs;
    },
  };
};
