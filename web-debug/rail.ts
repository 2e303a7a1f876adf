import { html, nothing, type TemplateResult } from 'lit';
import type { Description, ManagerState } from '../core/description.js';
import type { Page } from './page.js';
import { hashOf, type Route } from './route.js';
import './safe-button.js';
import type { Session } from './session.js';

/** What the state of a manager looks like; while the page is cut off nobody knows it. */
export const stateView = (
  { link }: Session,
  state: ManagerState,
): { readonly mark: string; readonly text: string; readonly name: string } =>
  link.isOpen
    ? { mark: stateMarks[state], text: state, name: `state-${state}` }
    : { mark: '◌', text: `was ${state}`, name: 'state-unknown' };

const stateMarks: Readonly<Record<ManagerState, string>> = {
  online: '●',
  starting: '◔',
  offline: '▲',
  stopped: '■',
};

/** The way to every view, and beside every manager what makes it safe: always on the screen. */
export const rail = (page: Page): TemplateResult => {
  const { managers } = page.session.model;
  return html`
    <nav class="rail" aria-label="Managers and views">
      <ul>
        ${entry(page, { view: 'overview' }, html`<span class="name">Overview</span>`)}
        ${managers.map((description) =>
          entry(
            page,
            { view: 'manager', name: description.name },
            managerEntry(page, description),
            safe(page, description),
          ),
        )}
        ${entry(page, { view: 'connections' }, html`<span class="name">Connections</span>`)}
        ${page.isWide ? nothing : entry(page, { view: 'messages' }, html`<span class="name">Messages</span>`)}
      </ul>
    </nav>
  `;
};

const entry = (page: Page, route: Route, label: TemplateResult, beside: TemplateResult | typeof nothing = nothing) => {
  const href = hashOf(route);
  return html`<li>
    <a href=${href} aria-current=${href === hashOf(page.route) ? 'page' : 'false'}>${label}</a>${beside}
  </li>`;
};

const managerEntry = ({ session }: Page, { name, state }: Description): TemplateResult => {
  const { mark, text, name: stateName } = stateView(session, state);
  const isBusy = session.link.isOpen && session.model.busy(name).length > 0;
  const alarms = session.model.alarms(name).length;
  return html`
    <span class=${`mark ${stateName}`} aria-hidden="true">${mark}</span>
    <span class="name">${name}</span>
    <span class="state">${alarms > 0 ? `${alarms} alarm${alarms > 1 ? 's' : ''}` : isBusy ? 'busy' : text}</span>
  `;
};

const safe = (page: Page, { name, commands, kind }: Description): TemplateResult | typeof nothing =>
  'makeSafe' in commands && kind !== 'station'
    ? html`<safe-button .page=${page} .manager=${name} .drawing=${{}}></safe-button>`
    : nothing;
