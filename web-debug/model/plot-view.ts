export type TimeRange = { readonly fromMs: number; readonly toMs: number };

/** The widths that the plots offer. */
export const plotWindows = [
  { label: '30 s', ms: 30_000 },
  { label: '2 min', ms: 120_000 },
  { label: '10 min', ms: 600_000 },
  { label: '1 h', ms: 3_600_000 },
] as const;

/** Below this a pixel is less than a message can be apart; above it nothing is kept. */
const MIN_WIDTH_MS = 200;
const MAX_WIDTH_MS = 3_600_000;

/** What part of time the plots of a manager show: the last `windowMs` as they pass, or a piece that is held. Immutable. */
export type PlotView = { readonly windowMs: number; readonly held: TimeRange | undefined };

export const liveView = (windowMs: number): PlotView => ({ windowMs, held: undefined });

export const rangeOf = ({ windowMs, held }: PlotView, nowMs: number): TimeRange =>
  held ?? { fromMs: nowMs - windowMs, toMs: nowMs };

/** Stops the picture; the points go on being collected. */
export const pause = (view: PlotView, nowMs: number): PlotView => ({ ...view, held: rangeOf(view, nowMs) });

export const resume = ({ windowMs }: PlotView): PlotView => liveView(windowMs);

/** Shows the time between two edges, whichever comes first. */
export const zoomTo = (view: PlotView, oneMs: number, otherMs: number): PlotView => {
  const middleMs = (oneMs + otherMs) / 2;
  const halfMs = clampWidth(Math.abs(otherMs - oneMs)) / 2;
  return { ...view, held: { fromMs: middleMs - halfMs, toMs: middleMs + halfMs } };
};

/** `factor` below 1 shows less. A running picture goes on running: its newest point stays at the edge. */
export const zoomBy = (view: PlotView, factor: number): PlotView => {
  const { windowMs, held } = view;
  if (held === undefined) return liveView(clampWidth(windowMs * factor));
  const halfMs = ((held.toMs - held.fromMs) * factor) / 2;
  const middleMs = (held.fromMs + held.toMs) / 2;
  return zoomTo(view, middleMs - halfMs, middleMs + halfMs);
};

/** Moves by a part of the width: -0.5 is half a picture into the past. Moving beyond now goes live again. */
export const pan = (view: PlotView, part: number, nowMs: number): PlotView => {
  const { fromMs, toMs } = rangeOf(view, nowMs);
  const stepMs = (toMs - fromMs) * part;
  if (toMs + stepMs >= nowMs) return view.held === undefined ? view : liveView(clampWidth(toMs - fromMs));
  return { ...view, held: { fromMs: fromMs + stepMs, toMs: toMs + stepMs } };
};

const clampWidth = (ms: number): number => Math.min(MAX_WIDTH_MS, Math.max(MIN_WIDTH_MS, ms));
