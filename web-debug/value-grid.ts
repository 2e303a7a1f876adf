import { html, nothing, type TemplateResult } from 'lit';
import type { ChannelDescription, Description } from '../core/description.js';
import { readingTopic } from '../core/message.js';
import { fullScale } from './model/full-scale.js';
import type { Page } from './page.js';
import { valueTile } from './value-tile.js';

/** Up to so many tiles a channel, several channels share a row. */
const FEW = 3;

/** A longer name of a channel is written smaller. */
const MAX_SHORT_NAME = 3;

/** All readings of a manager: one strip for the device, one for each channel. */
export const valueGrid = (page: Page, description: Description): TemplateResult => {
  const { channels, parameters } = description;
  const ofManager = Object.keys(parameters).filter((name) => parameters[name]?.scope === 'manager');
  const ofChannel = Object.keys(parameters).filter((name) => parameters[name]?.scope === 'channel');
  const few = ofChannel.length <= FEW ? `few-${ofChannel.length}` : 'many';
  return html`<div class="value-grid">
    ${ofManager.length === 0 ? nothing : strip(page, description, undefined, ofManager)}
    ${
      ofChannel.length === 0
        ? nothing
        : html`<div class=${`channels ${few}`}>
            ${channels.map((channel) => strip(page, description, channel, ofChannel))}
          </div>`
    }
    ${
      ofChannel.length > 0 && channels.length === 0
        ? html`<p class="empty">No channels yet: the instrument names them when it answers.</p>`
        : nothing
    }
  </div>`;
};

const strip = (
  page: Page,
  description: Description,
  channel: ChannelDescription | undefined,
  names: readonly string[],
): TemplateResult => {
  const label = channel === undefined ? 'device' : `channel ${channel.id}`;
  const tile = (parameter: string): TemplateResult => {
    const { unit, writtenBy } = description.parameters[parameter] ?? {};
    return valueTile(page, description, {
      parameter,
      channel: channel?.id,
      fullScale: fullScale(description, channel, unit),
      limits: channel?.limits[`${writtenBy ?? ''}.value`],
    });
  };
  return html`<div class="strip" role="group" aria-label=${`${description.name} ${label}`}>
    ${channel === undefined ? nothing : html`<span class=${`channel${String(channel.id).length > MAX_SHORT_NAME ? ' is-named' : ''}`} aria-hidden="true"><small>ch</small>${channel.id}${calledText(page, description, channel)}</span>`}
    <div class="tiles">${names.map(tile)}</div>
  </div>`;
};

/** What people call the channel, where it has a parameter `name`. */
const calledText = (page: Page, { name }: Description, { id }: ChannelDescription): TemplateResult | typeof nothing => {
  const called = page.session.model.reading(readingTopic(name, id, 'name'))?.value;
  return typeof called === 'string' && called !== '' ? html`<small class="called">${called}</small>` : nothing;
};
