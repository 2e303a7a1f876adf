import { html, nothing, type TemplateResult } from 'lit';
import type { Description, ParameterDescription } from '../core/description.js';
import type { Json } from '../core/json-value.js';
import type { Reading } from '../core/message.js';
import { ageText } from './model/age.js';
import { healthOf, healthWords, type Health } from './model/health.js';
import { unitText, valueText } from './model/number-text.js';
import type { Page } from './page.js';
import { structureView } from './structure-view.js';

type Place = { readonly parameter: string; readonly topic: string; readonly fullScale: number | undefined };

const isStructure = (value: Json | undefined): boolean => typeof value === 'object' && value !== null;

/** One reading: name, value with unit, how good and how old it is. Pressing it draws it, or takes it off the plot. */
export const valueTile = (
  page: Page,
  description: Description,
  { parameter, topic, fullScale }: Place,
): TemplateResult => {
  const declared = description.parameters[parameter];
  if (declared === undefined) return html``;
  const { session } = page;
  const reading = session.model.reading(topic);
  const ageMs = reading === undefined ? 0 : session.stationNow() - reading.timeMs;
  const health = healthOf({ reading, ageMs, pollMs: declared.pollMs, isConnected: session.link.isOpen });
  const state = { declared, parameter, fullScale, reading, ageMs, health };
  if (isStructure(reading?.value)) return structureTile(state);
  if (!isPlottable(declared))
    return html`<div class=${`tile is-${health}`} title=${titleOf(state)}>${tileBody(state)}</div>`;
  return html`<button
    class=${`tile is-${health}`}
    title=${`${titleOf(state)}\nPress to put it on the plot or take it off.`}
    aria-pressed=${page.chosen(description).has(topic) ? 'true' : 'false'}
    @click=${() => {
      page.toggle(description, topic);
    }}
  >
    ${tileBody(state)}
  </button>`;
};

type TileState = {
  readonly declared: ParameterDescription;
  readonly parameter: string;
  readonly fullScale: number | undefined;
  readonly reading: Reading | undefined;
  readonly ageMs: number;
  readonly health: Health;
};

const isPlottable = ({ schema: { type } }: ParameterDescription): boolean =>
  type === 'number' || type === 'integer' || type === 'boolean';

const titleOf = ({ declared, reading, health }: TileState): string => {
  const { word, meaning } = healthWords[health];
  const exact = typeof reading?.value === 'number' ? `\nexactly ${reading.value}` : '';
  const why = reading?.problem === undefined ? '' : `\n${reading.problem.code}: ${reading.problem.message}`;
  return `${declared.description}${exact}\n${word}: ${meaning}${why}`;
};

const tileBody = ({ declared, parameter, fullScale, reading, ageMs, health }: TileState): TemplateResult => {
  const unit = unitText(declared.unit);
  return html`
    <span class="label">
      <span class="parameter">${parameter}</span>
      ${declared.writtenBy === undefined ? nothing : html`<span class="writable" title="can be set">set</span>`}
    </span>
    <span class="value">
      <output>${reading === undefined ? '—' : valueText(reading.value, fullScale)}</output>
      ${unit === undefined || reading?.value === null ? nothing : html`<span class="unit">${unit}</span>`}
    </span>
    ${footnote(reading, ageMs, health)}
  `;
};

const footnote = (reading: Reading | undefined, ageMs: number, health: Health): TemplateResult => {
  const { mark, word } = healthWords[health];
  return html`<span class="quality">
    <span class="mark" aria-hidden="true">${mark}</span>
    <span class=${health === 'good' ? 'word good' : 'word'}>${word}</span>
    ${reading === undefined ? nothing : html`<span class="age">${ageText(ageMs)}</span>`}
    ${reading?.problem === undefined ? nothing : html`<span class="why">${reading.problem.message}</span>`}
  </span>`;
};

const structureTile = ({ parameter, reading, ageMs, health }: TileState): TemplateResult =>
  html`<details class=${`tile structure is-${health}`}>
    <summary><span class="parameter">${parameter}</span>${footnote(reading, ageMs, health)}</summary>
    ${structureView(reading?.value ?? null)}
  </details>`;
