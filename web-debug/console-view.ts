import { html, nothing, type TemplateResult } from 'lit';
import { connectionsView } from './connections-view.js';
import { linkBanner } from './link-banner.js';
import { managerView } from './manager-view.js';
import './message-log-panel.js';
import { overview } from './overview.js';
import type { Page } from './page.js';
import { rail } from './rail.js';
import { topBar } from './top-bar.js';

/** The whole page, drawn from what is known; the address says which part. */
export const consoleView = (page: Page): TemplateResult => {
  const { link } = page.session;
  return html`
    <a class="skip" href="#main" @click=${skipToMain}>Skip to the values</a>
    ${topBar(page)} ${linkBanner(page)}
    <div class=${`workspace${page.isWide ? ' with-log' : ''}${link.isOpen ? '' : ' is-cut-off'}`}>
      ${rail(page)}
      <main id="main" tabindex="-1">${content(page)}</main>
      ${
        page.isWide && page.route.view !== 'messages'
          ? html`<aside aria-label="Messages">
              <message-log-panel .page=${page} .drawing=${{}}></message-log-panel>
            </aside>`
          : nothing
      }
    </div>
  `;
};

/** By hand: the address belongs to the views. */
const skipToMain = (event: Event): void => {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
};

const content = (page: Page): TemplateResult => {
  const { route } = page;
  switch (route.view) {
    case 'overview':
      return overview(page);
    case 'messages':
      return html`<message-log-panel .page=${page} .drawing=${{}}></message-log-panel>`;
    case 'connections':
      return connectionsView(page);
    case 'manager': {
      const description = page.session.model.manager(route.name);
      return description === undefined ? unknownManager(page, route.name) : managerView(page, description);
    }
  }
};

const unknownManager = ({ session }: Page, name: string): TemplateResult =>
  html`<p class="empty">
    ${
      session.link.isOpen
        ? `There is no manager "${name}" on this station; the list has those that are.`
        : 'Waiting for the station to describe itself.'
    }
  </p>`;
