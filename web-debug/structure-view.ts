import { html, type TemplateResult } from 'lit';
import { isJsonObject, type Json, type JsonObject } from '../core/json-value.js';
import { listOf } from './model/json-list.js';
import { jsonText, valueText } from './model/number-text.js';

/** Rows beyond this are in the raw message. */
const MAX_ROWS = 200;

/** A list of objects as a table, an object member by member, anything else as JSON. */
export const structureView = (value: Json): TemplateResult => {
  const items = listOf(value);
  const rows = items.filter((item) => isJsonObject(item));
  if (rows.length > 0 && rows.length === items.length) return tableView(rows);
  if (!isJsonObject(value)) return html`<pre tabindex="0">${jsonText(value, 2)}</pre>`;
  return html`<dl class="members">
    ${Object.entries(value).map(
      ([name, member]) =>
        html`<dt>${name}</dt>
          <dd>${memberView(member)}</dd>`,
    )}
  </dl>`;
};

const memberView = (value: Json): TemplateResult =>
  typeof value === 'object' && value !== null ? structureView(value) : html`${valueText(value)}`;

const tableView = (rows: readonly JsonObject[]): TemplateResult => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return html`<div class="table-scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, MAX_ROWS).map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td>${valueText(row[column] ?? null)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
};
