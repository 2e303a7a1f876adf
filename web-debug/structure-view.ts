import { html, type TemplateResult } from 'lit';
import { isJsonObject, type Json } from '../core/json-value.js';
import { listOf } from './model/json-list.js';
import { jsonText, valueText } from './model/number-text.js';

/** Rows beyond this are in the raw message. */
const MAX_ROWS = 200;

/** A list of objects as a table; anything else as JSON. */
export const structureView = (value: Json): TemplateResult => {
  const items = listOf(value);
  const rows = items.filter((item) => isJsonObject(item));
  if (rows.length === 0 || rows.length !== items.length) return html`<pre tabindex="0">${jsonText(value, 2)}</pre>`;
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
