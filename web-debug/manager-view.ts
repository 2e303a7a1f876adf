import { html, type TemplateResult } from 'lit';
import type { Description } from '../core/description.js';
import { commandPanel } from './command-panel.js';
import { managerHeading } from './manager-heading.js';
import type { Page } from './page.js';
import { plotPanel } from './plot-panel.js';
import { valueGrid } from './value-grid.js';

/** One manager: its values, their course, and everything that can be asked of it. */
export const managerView = (page: Page, description: Description): TemplateResult => html`
  <section class="panel manager" aria-label=${description.name}>
    ${managerHeading(page, description)} ${valueGrid(page, description)}
  </section>
  ${plotPanel(page, description)} ${commandPanel(page, description)}
`;
