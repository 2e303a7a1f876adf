import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Description } from '../core/description.js';
import { readingTopic } from '../core/message.js';
import './command-form.js';
import { valueText } from './model/number-text.js';
import type { Page } from './page.js';

/** Every command of a manager as a form: first what writes a parameter, then the rest. */
export const commandPanel = (page: Page, description: Description): TemplateResult => {
  const { name: manager, commands, parameters } = description;
  const parameterOf = new Map(Object.entries(parameters).map(([parameter, { writtenBy }]) => [writtenBy, parameter]));
  const names = Object.keys(commands);
  const writers = names.filter((name) => parameterOf.has(name));
  const others = names.filter((name) => !parameterOf.has(name));
  return html`<section class="panel" aria-label=${`Commands of ${manager}`}>
    <div class="panel-heading">
      <h3>Commands</h3>
      ${channelChoice(page, description)}
    </div>
    ${
      page.cannotCheck === undefined
        ? nothing
        : html`<p class="empty problem">
            ▲ This page cannot check the forms, the station alone does: ${page.cannotCheck}
          </p>`
    }
    <div class="forms">
      ${repeat(
        [...writers, ...others],
        (name) => `${manager} ${name}`,
        (name) =>
          html`<command-form
            .page=${page}
            .description=${description}
            .name=${name}
            .parameter=${parameterOf.get(name)}
            .channel=${page.channel(description)}
            .current=${currentValue(page, description, parameterOf.get(name))}
          ></command-form>`,
      )}
    </div>
  </section>`;
};

/** What a parameter reads now, as a hint in its empty field. */
const currentValue = (page: Page, description: Description, parameter: string | undefined): string => {
  if (parameter === undefined) return '';
  const scope = description.parameters[parameter]?.scope;
  const channel = scope === 'manager' ? undefined : page.channel(description)?.id;
  const value = page.session.model.reading(readingTopic(description.name, channel, parameter))?.value;
  return value === undefined || value === null ? '' : valueText(value);
};

const channelChoice = (page: Page, description: Description): TemplateResult | typeof nothing => {
  const { name, channels } = description;
  if (channels.length === 0) return nothing;
  const chosen = page.channel(description)?.id;
  return html`<fieldset class="segments">
    <legend>for channel</legend>
    ${channels.map(
      ({ id }) =>
        html`<label>
          <input
            type="radio"
            name=${`channel-of-${name}`}
            .checked=${id === chosen}
            @change=${() => {
              page.setChannel(name, String(id));
            }}
          />
          <span>${id}</span>
        </label>`,
    )}
  </fieldset>`;
};
