import { html, nothing, type TemplateResult } from 'lit';
import type { Description, ParameterDescription } from '../core/description.js';
import type { Json } from '../core/json-value.js';
import { readingTopic, type ChannelId, type Reading } from '../core/message.js';
import type { Limits } from '../core/parameter.js';
import { ageText } from './model/age.js';
import { healthOf, healthWords, type Health } from './model/health.js';
import { rangeText, unitText, valueText } from './model/number-text.js';
import type { Page } from './page.js';
import { structureView } from './structure-view.js';

type Place = {
  readonly parameter: string;
  readonly channel: ChannelId | undefined;
  readonly fullScale: number | undefined;
  /** What it can be set to. */
  readonly limits: Limits | undefined;
};

const isStructure = (value: Json | undefined): boolean => typeof value === 'object' && value !== null;

/** One reading: name, value with unit, how good and how old it is. Pressing it draws it, or takes it off the plot. */
export const valueTile = (
  page: Page,
  description: Description,
  { parameter, channel, fullScale, limits }: Place,
): TemplateResult => {
  const declared = description.parameters[parameter];
  if (declared === undefined) return html``;
  const { session } = page;
  const topic = readingTopic(description.name, channel, parameter);
  const reading = session.model.reading(topic);
  const ageMs = reading === undefined ? 0 : session.stationNow() - reading.timeMs;
  const health = healthOf({ reading, ageMs, pollMs: declared.pollMs, isConnected: session.link.isOpen });
  const state = { declared, parameter, fullScale, limits, reading, ageMs, health };
  if (isStructure(reading?.value)) return structureTile(state);
  const isAlarm = session.model
    .alarms(description.name)
    .some((alarm) => alarm.alarm === parameter && alarm.channel === channel);
  const look = `tile is-${health}${isAlarm ? ' is-alarm' : ''}${flagLook(reading?.value)}`;
  if (!isPlottable(declared)) return html`<div class=${look} title=${titleOf(state)}>${tileBody(state)}</div>`;
  return html`<button
    class=${look}
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
  readonly limits: Limits | undefined;
  readonly reading: Reading | undefined;
  readonly ageMs: number;
  readonly health: Health;
};

/** On and off are told apart from across the room. */
const flagLook = (value: Json | undefined): string =>
  typeof value === 'boolean' ? (value ? ' is-on' : ' is-off') : '';

const isPlottable = ({ schema: { type } }: ParameterDescription): boolean =>
  type === 'number' || type === 'integer' || type === 'boolean';

const titleOf = ({ declared, reading, health }: TileState): string => {
  const { word, meaning } = healthWords[health];
  const exact = typeof reading?.value === 'number' ? `\nexactly ${reading.value}` : '';
  const why = reading?.problem === undefined ? '' : `\n${reading.problem.code}: ${reading.problem.message}`;
  return `${declared.description}${exact}\n${word}: ${meaning}${why}`;
};

const tileBody = ({ declared, parameter, fullScale, limits, reading, ageMs, health }: TileState): TemplateResult => {
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
    ${footnote(reading, ageMs, health, rangeText(limits))}
  `;
};

const footnote = (reading: Reading | undefined, ageMs: number, health: Health, range?: string): TemplateResult => {
  const { mark, word } = healthWords[health];
  return html`<span class="quality">
    <span class="mark" aria-hidden="true">${mark}</span>
    <span class=${health === 'good' ? 'word good' : 'word'}>${word}</span>
    ${reading === undefined ? nothing : html`<span class="age">${ageText(ageMs)}</span>`}
    ${range === undefined ? nothing : html`<span class="range" title="can be set from and to">${range}</span>`}
    ${reading?.problem === undefined ? nothing : html`<span class="why">${reading.problem.message}</span>`}
  </span>`;
};

const structureTile = ({ parameter, reading, ageMs, health }: TileState): TemplateResult =>
  html`<details class=${`tile structure is-${health}`}>
    <summary><span class="parameter">${parameter}</span>${footnote(reading, ageMs, health)}</summary>
    ${structureView(reading?.value ?? null)}
  </details>`;
