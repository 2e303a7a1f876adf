/** Values change faster than anybody reads: the page is drawn at most this often, however many messages come. */
const MIN_INTERVAL_MS = 80;

/** Gathers any number of changes into one drawing per animation frame; a hidden page is not drawn at all. */
export const redrawer = (draw: () => void): (() => void) => {
  let isScheduled = false;
  let drawnAt = -Infinity;
  const onFrame = (timeMs: number): void => {
    if (timeMs - drawnAt < MIN_INTERVAL_MS) {
      requestAnimationFrame(onFrame);
      return;
    }
    isScheduled = false;
    drawnAt = timeMs;
    draw();
  };
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(onFrame);
  };
};
