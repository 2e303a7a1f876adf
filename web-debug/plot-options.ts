import uPlot from 'uplot';
import { clockText } from './model/age.js';
import { numberText } from './model/number-text.js';
import type { PlotGroup } from './model/plot-plan.js';

export type PlotSetting = {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Where the colours of the page are read. */
  readonly style: CSSStyleDeclaration;
  /** Plots of one key show the cursor together. */
  readonly syncKey: string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly onReset: () => void;
};

/** A drag below this is a click. */
const MIN_DRAG_PX = 6;
const AXIS_WIDTH_PX = 68;
const TIME_AXIS_PX = 30;

/** What uPlot is to draw for one unit: lines in the colours of the page, told apart by dashes too. */
export const plotOptions = (group: PlotGroup, setting: PlotSetting): uPlot.Options => {
  const { widthPx, heightPx, style, syncKey } = setting;
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--dim'),
    grid: { stroke: color('--grid'), width: 1 },
    ticks: { stroke: color('--grid'), width: 1, size: 4 },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: widthPx,
    height: heightPx,
    ms: 1,
    cursor: { sync: { key: syncKey }, drag: { x: true, y: false, setScale: false, dist: MIN_DRAG_PX } },
    scales: { x: { time: true, auto: false }, y: group.isFlag ? { range: [-0.1, 1.1] } : { auto: true } },
    series: [
      { label: 'time', value: (_plot, value: number | null) => (value === null ? '—' : clockText(value)) },
      ...group.series.map(({ label }, index) => ({
        label,
        stroke: color(`--line-${(index % 8) + 1}`),
        width: 1.5,
        ...(index >= 4 ? { dash: [6, 3] } : {}),
        points: { show: false },
        ...stepped(group),
        value: (_plot: uPlot, value: number | null) => (value === null ? '—' : numberText(value)),
      })),
    ],
    axes: [
      { ...axis, values: timeLabels, space: 90, size: TIME_AXIS_PX },
      {
        ...axis,
        size: AXIS_WIDTH_PX,
        values: (_plot, splits) => splits.map((value) => axisLabel(group, value)),
      },
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < MIN_DRAG_PX) return;
          setting.onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [
        (plot) => {
          plot.over.addEventListener('dblclick', setting.onReset);
        },
      ],
    },
  };
};

/** A flag holds its value until it changes. */
const stepped = ({ isFlag }: PlotGroup): Partial<uPlot.Series> => {
  const paths = isFlag ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return paths === undefined ? {} : { paths };
};

const axisLabel = ({ isFlag }: PlotGroup, value: number): string => {
  if (!isFlag) return Number.isInteger(value) ? numberText(value) : String(Number(value.toPrecision(9)));
  return value === 0 ? 'off' : value === 1 ? 'on' : '';
};

const timeLabels = (_plot: uPlot, splits: number[]): string[] => {
  const [first = 0, second = first + 1_000] = splits;
  return splits.map((value) => clockText(value).slice(0, second - first < 1_000 ? 10 : 8));
};
