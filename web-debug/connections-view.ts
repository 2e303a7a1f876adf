import { html, type TemplateResult } from 'lit';
import { isJsonObject, type Json, type JsonObject } from '../core/json-value.js';
import { readingTopic } from '../core/message.js';
import { ageText, agoText } from './model/age.js';
import { listOf } from './model/json-list.js';
import { bytesText, valueText } from './model/number-text.js';
import type { Page } from './page.js';

/** Who is connected, and who cannot keep up: outbox and what was conflated, by peer. */
export const connectionsView = (page: Page): TemplateResult => {
  const { session } = page;
  const reading = session.model.reading(readingTopic('station', undefined, 'connections'));
  const { count, peers } = connectionsOf(reading?.value);
  const { gaps, conflated } = session.losses;
  return html`<section class="panel" aria-label="Connections">
    <div class="manager-heading">
      <h2>Connections</h2>
      <p class="about">
        ${
          reading === undefined
            ? 'The station has not said who is connected.'
            : `${count} connected; told ${agoText(session.stationNow() - reading.timeMs)}. `
        }
        This page: ${gaps} gaps, ${conflated} readings conflated.
      </p>
    </div>
    <ul class="peers">
      ${peers.map((peer) => peerRow(page, peer))}
    </ul>
  </section>`;
};

/** The station names the first of them and counts them all. */
const connectionsOf = (value: Json | undefined): { readonly count: number; readonly peers: readonly JsonObject[] } => {
  const found = isJsonObject(value) ? value : {};
  const peers = listOf(found['peers']).filter((peer) => isJsonObject(peer));
  return { peers, count: typeof found['count'] === 'number' ? found['count'] : peers.length };
};

const peerRow = ({ session }: Page, peer: JsonObject): TemplateResult => {
  const { sinceMs, waitingBytes, isBehind } = peer;
  const facts: readonly (readonly [string, string])[] = [
    ['connected', typeof sinceMs === 'number' ? ageText(session.stationNow() - sinceMs) : '—'],
    ['received', valueText(peer['received'] ?? null)],
    ['sent', valueText(peer['sent'] ?? null)],
    ['outbox', typeof waitingBytes === 'number' ? bytesText(waitingBytes) : '—'],
    ['conflated', valueText(peer['conflated'] ?? null)],
  ];
  return html`<li class=${isBehind === true ? 'peer is-behind' : 'peer'}>
    <span class="peer-name"><b>${valueText(peer['connector'] ?? null)}</b> ${valueText(peer['peer'] ?? null)}</span>
    <span class="dialect">${valueText(peer['dialect'] ?? null)}</span>
    <span class="pace">${isBehind === true ? '▲ behind' : '● keeps up'}</span>
    <dl>
      ${facts.map(
        ([label, text]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
  </li>`;
};
