import { html, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import { PageElement } from './element.js';
import type { PlotGroup } from './model/plot-plan.js';
import { liveView, rangeOf, zoomTo } from './model/plot-view.js';
import { visible } from './model/trace.js';
import type { Page } from './page.js';
import { plotOptions } from './plot-options.js';

const HEIGHT_PX = 190;
/** Beyond two points a pixel nothing more can be seen. */
const POINTS_PER_PIXEL = 2;

/** One plot over time. Draws only what can be seen: a fast signal costs as much as a slow one. */
export class TimePlot extends PageElement {
  static override properties = {
    page: { attribute: false },
    manager: { attribute: false },
    group: { attribute: false },
    drawing: { attribute: false },
  };
  declare page: Page | undefined;
  declare manager: string;
  declare group: PlotGroup | undefined;
  declare drawing: object;
  #plot: uPlot | undefined;
  /** What the plot was built for; another choice of lines or colours builds it anew. */
  #builtFor = '';
  #widthPx = 0;
  readonly #observer = new ResizeObserver(([entry]) => {
    this.#widthPx = Math.floor(entry?.contentRect.width ?? 0);
    this.requestUpdate();
  });

  constructor() {
    super();
    this.manager = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.#destroy();
  }

  protected override render(): TemplateResult {
    return html`<span class="plot-unit">${this.group?.unit ?? ''}</span>
      <div class="plot-area"></div>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const { page, group } = this;
    if (page === undefined || group === undefined || this.#widthPx < 50) return;
    const plot = this.#plotFor(page, group);
    const { fromMs, toMs } = rangeOf(page.view(this.manager), page.session.stationNow());
    const maxPoints = this.#widthPx * POINTS_PER_PIXEL;
    const tables = group.series.map(({ topic }) =>
      columns(visible(page.session.model.points(topic), fromMs, toMs, maxPoints)),
    );
    plot.batch(() => {
      if (plot.width !== this.#widthPx) plot.setSize({ width: this.#widthPx, height: HEIGHT_PX });
      plot.setData(tables.length === 0 ? [[]] : uPlot.join(tables), false);
      plot.setScale('x', { min: fromMs, max: toMs });
    });
  }

  #plotFor(page: Page, group: PlotGroup): uPlot {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const key = JSON.stringify([group, page.theme.name, dark]);
    if (this.#plot !== undefined && key === this.#builtFor) return this.#plot;
    this.#destroy();
    this.#builtFor = key;
    const options = plotOptions(group, {
      widthPx: this.#widthPx,
      heightPx: HEIGHT_PX,
      style: getComputedStyle(this),
      syncKey: this.manager,
      onZoom: (fromMs, toMs) => {
        page.setView(this.manager, zoomTo(page.view(this.manager), fromMs, toMs));
      },
      onReset: () => {
        page.setView(this.manager, liveView(page.view(this.manager).windowMs));
      },
    });
    this.#plot = new uPlot(options, [[]], this.querySelector<HTMLElement>('.plot-area') ?? this);
    return this.#plot;
  }

  #destroy(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }
}

const columns = (points: ReturnType<typeof visible>): uPlot.AlignedData => [
  points.map(([timeMs]) => timeMs),
  points.map(([, value]) => value),
];

customElements.define('time-plot', TimePlot);
