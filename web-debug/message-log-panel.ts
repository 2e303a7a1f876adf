import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { PageElement } from './element.js';
import { clockText } from './model/age.js';
import { logKinds, type LogEntry, type LogKind } from './model/log-entry.js';
import type { Page } from './page.js';

/** Rows drawn at first, and more at each request. */
const ROWS = 120;

const marks: Readonly<Record<LogKind, string>> = {
  command: '▶',
  reply: '✓',
  failure: '▲',
  event: '◆',
  alarm: '!',
  reading: '·',
  protocol: '○',
};

/** Every message both ways, newest first: by kind, by manager, by words; each opens to its raw JSON. */
export class MessageLogPanel extends PageElement {
  static override properties = { page: { attribute: false }, drawing: { attribute: false } };
  declare page: Page | undefined;
  declare drawing: object;
  /** Readings are many and are on the screen already. */
  #kinds: ReadonlySet<LogKind> = new Set(logKinds.filter((kind) => kind !== 'reading' && kind !== 'protocol'));
  #manager = '';
  #search = '';
  /** The newest entry shown while paused. */
  #pausedAt: number | undefined;
  #rows = ROWS;
  #open: ReadonlySet<number> = new Set();

  protected override render(): TemplateResult | typeof nothing {
    const { page } = this;
    if (page === undefined) return nothing;
    const { log, model } = page.session;
    const filter = { kinds: this.#kinds, manager: this.#manager, search: this.#search };
    const entries = log.select(filter, this.#rows + 1, this.#pausedAt);
    return html`<section class="panel message-log" aria-label="Messages">
      <div class="panel-heading">
        <h2>Messages</h2>
        <button
          class="quiet"
          aria-pressed=${this.#pausedAt === undefined ? 'false' : 'true'}
          @click=${() => this.#togglePause(page)}
        >
          ${this.#pausedAt === undefined ? '❚❚ Pause' : `▶ Go on (${page.session.lastEntry - this.#pausedAt} new)`}
        </button>
        <button class="quiet" @click=${() => this.#change(() => log.clear())}>Clear</button>
      </div>
      <div class="log-filter" role="search">
        <span class="kinds">${logKinds.map((kind) => this.#kindButton(kind))}</span>
        <select aria-label="Manager" @change=${(event: Event) => this.#change(() => (this.#manager = textOf(event)))}>
          <option value="">all managers</option>
          ${model.managers.map(({ name }) => html`<option value=${name} ?selected=${name === this.#manager}>${name}</option>`)}
        </select>
        <input
          type="search"
          placeholder="search in the JSON"
          aria-label="Search in the messages"
          @input=${(event: Event) => this.#change(() => (this.#search = textOf(event)))}
        />
      </div>
      ${entries.length === 0 ? html`<p class="empty">Nothing yet that fits.</p>` : nothing}
      <ol class="entries" tabindex="0" aria-label="Messages, newest first">
        ${repeat(
          entries.slice(0, this.#rows),
          ({ number }) => number,
          (entry) => this.#row(entry),
        )}
      </ol>
      ${
        entries.length > this.#rows
          ? html`<button class="quiet more" @click=${() => this.#change(() => (this.#rows += ROWS))}>Older</button>`
          : nothing
      }
    </section>`;
  }

  #kindButton(kind: LogKind): TemplateResult {
    const isOn = this.#kinds.has(kind);
    return html`<button
      class=${`quiet kind kind-${kind}`}
      aria-pressed=${isOn ? 'true' : 'false'}
      @click=${() =>
        this.#change(() => {
          this.#kinds = new Set(logKinds.filter((other) => (other === kind ? !isOn : this.#kinds.has(other))));
        })}
    >
      <span aria-hidden="true">${marks[kind]}</span> ${kind}
    </button>`;
  }

  #row(entry: LogEntry): TemplateResult {
    const { number, kind, direction, timeMs } = entry;
    const isOpen = this.#open.has(number);
    return html`<li class=${`message kind-${kind}`}>
      <button
        class="line"
        aria-expanded=${isOpen ? 'true' : 'false'}
        @click=${() =>
          this.#change(() => {
            this.#open = new Set(
              isOpen ? [...this.#open].filter((other) => other !== number) : [...this.#open, number],
            );
          })}
      >
        <time>${clockText(timeMs)}</time>
        <span class="direction" title=${direction}>${direction === 'sent' ? '→ sent' : '←'}</span>
        <span class="kind"><span aria-hidden="true">${marks[kind]}</span> ${kind}</span>
        <span class="text">${entry.line}</span>
      </button>
      ${isOpen ? html`<pre tabindex="0">${entry.raw}</pre>` : nothing}
    </li>`;
  }

  #togglePause({ session }: Page): void {
    this.#change(() => {
      this.#pausedAt = this.#pausedAt === undefined ? session.lastEntry : undefined;
    });
  }

  #change(what: () => void): void {
    what();
    this.requestUpdate();
  }
}

const textOf = ({ target }: Event): string =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.value : '';

customElements.define('message-log-panel', MessageLogPanel);
