import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Description } from '../core/description.js';
import { clockText } from './model/age.js';
import { MAX_SERIES, plotGroups, plottable } from './model/plot-plan.js';
import { liveView, pan, pause, plotWindows, resume, zoomBy, type PlotView } from './model/plot-view.js';
import type { Page } from './page.js';
import './time-plot.js';

/** The course of the chosen readings, one plot for each unit; all show the same time. */
export const plotPanel = (page: Page, description: Description): TemplateResult | typeof nothing => {
  if (plottable(description).length === 0) return nothing;
  const { session } = page;
  const chosen = page.chosen(description);
  for (const topic of chosen) session.wantHistory(topic);
  const groups = plotGroups(description, chosen);
  return html`<section class="panel plots" aria-label=${`Plots of ${description.name}`}>
    <div class="panel-heading">
      <h3>Plots</h3>
      ${controls(page, description.name)}
    </div>
    ${groups.length === 0 ? html`<p class="empty">Press a value above to draw it.</p>` : nothing}
    ${repeat(
      groups.map((group) => ({
        ...group,
        series: group.series.slice(0, MAX_SERIES),
        left: group.series.length - MAX_SERIES,
      })),
      ({ unit }) => `${description.name} ${unit}`,
      (group) =>
        html`<time-plot .page=${page} .manager=${description.name} .group=${group} .drawing=${{}}></time-plot>${
            group.left > 0
              ? html`<p class="empty">${group.left} more in ${group.unit}: ${MAX_SERIES} lines are drawn at most.</p>`
              : nothing
          }`,
    )}
  </section>`;
};

const controls = (page: Page, manager: string): TemplateResult => {
  const view = page.view(manager);
  const { held, windowMs } = view;
  const now = page.session.stationNow();
  const show = (next: PlotView) => () => {
    page.setView(manager, next);
  };
  return html`<div class="plot-controls" role="group" aria-label="Time of the plots">
    ${plotWindows.map(
      ({ label, ms }) =>
        html`<button
          class="quiet"
          aria-pressed=${held === undefined && windowMs === ms ? 'true' : 'false'}
          @click=${show(liveView(ms))}
        >
          ${label}
        </button>`,
    )}
    <button class="quiet" aria-label="Earlier" title="Earlier" @click=${show(pan(view, -0.5, now))}>◀</button>
    <button class="quiet" aria-label="Later" title="Later" @click=${show(pan(view, 0.5, now))}>▶</button>
    <button class="quiet" aria-label="Zoom in" title="Zoom in; or drag over a plot" @click=${show(zoomBy(view, 0.5))}>
      +
    </button>
    <button class="quiet" aria-label="Zoom out" title="Zoom out" @click=${show(zoomBy(view, 2))}>−</button>
    ${
      held === undefined
        ? html`<button class="quiet run" @click=${show(pause(view, now))}>❚❚ Pause</button>`
        : html`<button class="quiet run is-held" @click=${show(resume(view))}>▶ Live</button>
            <span class="held"
              >held, ${clockText(held.fromMs).slice(0, 8)} to ${clockText(held.toMs).slice(0, 8)}</span
            >`
    }
  </div>`;
};
