import { html, type TemplateResult } from 'lit';
import { managerHeading } from './manager-heading.js';
import type { Page } from './page.js';
import { valueGrid } from './value-grid.js';

/** Every manager with its values, in the order of the station. */
export const overview = (page: Page): TemplateResult => {
  const { managers } = page.session.model;
  if (managers.length === 0) return html`<p class="empty">Waiting for the station to describe itself.</p>`;
  return html`${managers.map(
    (description) =>
      html`<section class="panel manager" aria-label=${description.name}>
        ${managerHeading(page, description)} ${valueGrid(page, description)}
      </section>`,
  )}`;
};
