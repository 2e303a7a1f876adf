import { html, nothing, type TemplateResult } from 'lit';
import { PageElement } from './element.js';
import type { Page } from './page.js';
import type { Answer } from './session.js';

/** How long "safe" stays on the button: long enough to be read from across the room. */
const SHOWN_MS = 8_000;

type Progress =
  | { readonly type: 'idle' }
  | { readonly type: 'sending' }
  | { readonly type: 'done'; readonly answer: Answer; readonly atMs: number };

/** Takes one manager, or without a name the whole station, to its safe state. One press, no question; it tells what became of it. */
export class SafeButton extends PageElement {
  static override properties = {
    page: { attribute: false },
    manager: { attribute: false },
    drawing: { attribute: false },
  };
  declare page: Page | undefined;
  declare manager: string;
  /** A new object each time the page is drawn. */
  declare drawing: object;
  #progress: Progress = { type: 'idle' };

  constructor() {
    super();
    this.manager = '';
  }

  protected override render(): TemplateResult {
    const isAll = this.manager === '';
    const progress = this.#current();
    return html`
      <button
        id=${isAll ? 'stop-all' : `safe-${this.manager}`}
        class=${`safe is-${progress.type === 'done' ? progress.answer.type : progress.type}`}
        aria-label=${isAll ? 'Stop all: everything to its safe state (Alt+0)' : `Take ${this.manager} to its safe state`}
        aria-keyshortcuts=${isAll ? 'Alt+0' : nothing}
        title=${isAll ? 'Everything to its safe state, at once (Alt+0)' : `Ends what runs on ${this.manager} and takes it to its safe state`}
        @click=${() => void this.#press()}
      >
        ${isAll ? html`<span class="what">STOP ALL</span>` : html`<span class="what">SAFE</span>`}
        <span class="outcome" role="status">${outcome(progress)}</span>
      </button>
      ${this.#failureNote(progress)}
    `;
  }

  #current(): Progress {
    const { page } = this;
    const progress = this.#progress;
    const isOver =
      progress.type === 'done' &&
      progress.answer.type === 'reply' &&
      page !== undefined &&
      page.session.now() - progress.atMs > SHOWN_MS;
    return isOver ? { type: 'idle' } : progress;
  }

  /** Stays until it is pressed again or taken away: nobody may miss that something is not safe. */
  #failureNote(progress: Progress): TemplateResult | typeof nothing {
    if (progress.type !== 'done' || progress.answer.type === 'reply') return nothing;
    const { code, message } = progress.answer.problem;
    return html`<p class="safe-failure" role="alert">
      ${code}: ${message}
      <button
        class="quiet"
        aria-label="Take this note away"
        @click=${() => {
          this.#progress = { type: 'idle' };
          this.requestUpdate();
        }}
      >
        ✕
      </button>
    </p>`;
  }

  async #press(): Promise<void> {
    const { page, manager } = this;
    if (page === undefined) return;
    const { session } = page;
    this.#progress = { type: 'sending' };
    this.requestUpdate();
    const answer = manager === '' ? await session.stopAll() : await session.send({ manager, command: 'makeSafe' }, {});
    this.#progress = { type: 'done', answer, atMs: session.now() };
    this.requestUpdate();
  }
}

const outcome = (progress: Progress): string => {
  if (progress.type === 'idle') return '';
  if (progress.type === 'sending') return 'sent …';
  return progress.answer.type === 'reply' ? `✓ safe ${(progress.answer.tookMs / 1000).toFixed(2)} s` : '▲ NOT SAFE';
};

customElements.define('safe-button', SafeButton);
