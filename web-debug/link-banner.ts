import { html, nothing, type TemplateResult } from 'lit';
import { reconnectBackoff } from '../core/backoff.js';
import { clockText } from './model/age.js';
import type { Page } from './page.js';
import type { Link, Session } from './session.js';

/** Says that the page is not connected, since when and what it does about it; nothing while all is well. */
export const linkBanner = ({ session }: Page): TemplateResult =>
  html`<div class="link-banner-place" role="status">${session.link.isOpen ? nothing : banner(session)}</div>`;

const banner = ({ link, model }: Session): TemplateResult => {
  const isFirst = model.managers.length === 0;
  return html`<div class="link-banner">
    <strong
      >${isFirst ? 'Connecting to the station' : `Not connected since ${clockText(link.sinceMs).slice(0, 8)}`}</strong
    >
    ${isFirst ? nothing : html`<span>The values below are the last that were heard.</span>`}
    <span>${doing(link)}</span>
    ${link.reason === undefined ? nothing : html`<span class="reason">Reason: ${link.reason}</span>`}
  </div>`;
};

const doing = ({ attempts, isTrying }: Link): string =>
  isTrying
    ? `Trying now, attempt ${attempts}.`
    : `Attempt ${attempts + 1} within ${(reconnectBackoff.capMs / 1000).toFixed(1)} s, by itself.`;
