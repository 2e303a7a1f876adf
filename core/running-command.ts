import type { Waiting } from './busy-rules.js';
import type { AbortableCall } from './call.js';
import type { Cancel } from './clock.js';

/** A command that is at work, perhaps still after its answer has gone out. */
export type RunningCommand = Waiting & {
  readonly startedAt: number;
  readonly call: AbortableCall;
  /** Set when the reply or failure has gone out: after a time-out the driver may still be at work. */
  isAnswered: boolean;
  /** The deadline; once answered, the time in which the driver must settle. */
  cancelTimer: Cancel;
  onFreed?: (() => void)[];
};

/** True for the first who asks: only he answers. */
export const isFirstAnswer = (run: RunningCommand): boolean => {
  if (run.isAnswered) return false;
  run.isAnswered = true;
  return true;
};

export const whenFreed = (run: RunningCommand): Promise<void> =>
  new Promise((resolve) => {
    (run.onFreed ??= []).push(resolve);
  });
