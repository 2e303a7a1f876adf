import { html, nothing, type TemplateResult } from 'lit';
import type { Description } from '../core/description.js';
import type { Page } from './page.js';
import { stateView } from './rail.js';
import { hashOf } from './route.js';

/** Name, state, what runs and what is wrong. */
export const managerHeading = ({ session }: Page, description: Description): TemplateResult => {
  const { name, kind, state, version } = description;
  const { model } = session;
  const { mark, text, name: stateName } = stateView(session, state);
  return html`
    <div class="manager-heading">
      <h2><a href=${hashOf({ view: 'manager', name })}>${name}</a></h2>
      <span class=${`badge ${stateName}`}><span aria-hidden="true">${mark}</span> ${text}</span>
      ${model
        .busy(name)
        .map(
          ({ command, channel }) =>
            html`<span class="badge busy"
              ><span aria-hidden="true">⟳</span> ${channel === '' ? '' : `${channel} `}${command}</span
            >`,
        )}
      <p class="about">${kind}: ${description.description} <small>description v${version}</small></p>
    </div>
    ${
      model.alarms(name).length === 0
        ? nothing
        : html`<ul class="alarms" role="alert">
            ${model
              .alarms(name)
              .map(
                ({ alarm, channel, severity, message }) =>
                  html`<li class=${severity}>
                    ▲ ${severity}: ${channel === undefined ? '' : `${channel} `}${alarm}: ${message}
                  </li>`,
              )}
          </ul>`
    }
  `;
};
