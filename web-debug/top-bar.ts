import { html, nothing, type TemplateResult } from 'lit';
import { readingTopic } from '../core/message.js';
import { ageText } from './model/age.js';
import { bytesText } from './model/number-text.js';
import type { Page } from './page.js';
import './safe-button.js';

/** Always on the screen: which station, whether it is heard, how it feels, and the way to stop it. */
export const topBar = (page: Page): TemplateResult => {
  const { session, theme } = page;
  return html`
    <header class=${`top-bar${session.link.isOpen ? '' : ' is-cut-off'}`}>
      <safe-button class="stop-all" .page=${page} .drawing=${{}}></safe-button>
      <a class="brand" href="#/overview" aria-label="Busbar, overview">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 5h18M3 12h18M3 19h18M7 5v14M17 5v14" /></svg>
        <span class="brand-name">busbar</span>
        ${session.stationName === undefined ? nothing : html`<span class="station-name">${session.stationName}</span>`}
      </a>
      ${linkMark(page)}
      <dl class="vitals" aria-label="Station health">
        ${vital(page, 'eventLoopLagMs', 'loop lag', (value) => `${value.toFixed(1)} ms`)}
        ${vital(page, 'memoryRssBytes', 'memory', bytesText)} ${vital(page, 'heapUsedBytes', 'heap', bytesText)}
        ${vital(page, 'uptimeS', 'up', (value) => ageText(value * 1000))}
      </dl>
      <button
        class="quiet theme"
        title="Colours: as the system has them, dark, light"
        @click=${() => {
          theme.next();
          page.redraw();
        }}
      >
        <span class="long">Colours: </span>${theme.name}
      </button>
    </header>
  `;
};

const linkMark = ({ session }: Page): TemplateResult => {
  const { isOpen, sinceMs } = session.link;
  const age = ageText(session.now() - sinceMs);
  return isOpen
    ? html`<span class="link is-open"
        ><span class="mark" aria-hidden="true">●</span> connected <small>${age}</small></span
      >`
    : html`<span class="link is-lost"
        ><span class="mark" aria-hidden="true">◌</span> not connected <small>${age}</small></span
      >`;
};

const vital = (
  { session }: Page,
  parameter: string,
  label: string,
  print: (value: number) => string,
): TemplateResult => {
  const reading = session.model.reading(readingTopic('station', undefined, parameter));
  if (typeof reading?.value !== 'number') return html``;
  return html`<div class=${`vital vital-${parameter}`}>
    <dt>${label}</dt>
    <dd>${print(reading.value)}</dd>
  </div>`;
};
