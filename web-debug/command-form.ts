import { html, nothing, type TemplateResult } from 'lit';
import type { ChannelDescription, CommandDescription, Description } from '../core/description.js';
import { PageElement } from './element.js';
import { fieldView } from './field-view.js';
import { checkForm, fieldsOf, type Checked, type Field } from './model/form.js';
import { valueText } from './model/number-text.js';
import type { Page } from './page.js';
import type { Answer } from './session.js';

/** One command: its arguments as fields, checked as the station will check them, and what the station answered. */
export class CommandForm extends PageElement {
  static override properties = {
    page: { attribute: false },
    description: { attribute: false },
    name: { attribute: false },
    parameter: { attribute: false },
    channel: { attribute: false },
    current: { attribute: false },
  };
  declare page: Page | undefined;
  declare description: Description | undefined;
  declare name: string;
  /** The parameter that it writes, if it is a writer. */
  declare parameter: string | undefined;
  declare channel: ChannelDescription | undefined;
  /** What that parameter reads now. */
  declare current: string;
  #typed: Readonly<Record<string, string>> = {};
  /** Complaints wait until somebody has typed or pressed. */
  #touched: ReadonlySet<string> = new Set();
  #isForAll = false;
  #running = 0;
  #answer: Answer | undefined;

  constructor() {
    super();
    this.name = '';
    this.current = '';
  }

  protected override render(): TemplateResult | typeof nothing {
    const { page, description } = this;
    const command = description?.commands[this.name];
    if (page === undefined || description === undefined || command === undefined) return nothing;
    const channel = this.#target(command);
    const fields = fieldsOf(this.name, command, channel);
    const checked = this.#check(page, command);
    return html`<form
      class=${`command${command.isUrgent ? ' is-urgent' : ''}`}
      aria-label=${`${description.name} ${this.name}`}
      novalidate
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#submit(page, command);
      }}
    >
      <div class="command-heading">
        <h4>${this.parameter ?? this.name}</h4>
        <small>${targetText(command, channel)}</small>
      </div>
      <p class="about">${command.description}</p>
      ${fields.map((field) => this.#field(field, checked))} ${this.#forAll(command)}
      <div class="submit">
        <button type="submit">${this.parameter === undefined ? this.name : 'Set'}</button>
        <span class="answer" role="status">${this.#answerView()}</span>
      </div>
      ${
        'problems' in checked && this.#touched.size > 0 && checked.problems[''] !== undefined
          ? html`<p class="problem" role="alert">▲ ${checked.problems['']}</p>`
          : nothing
      }
    </form>`;
  }

  #field(field: Field, checked: Checked): TemplateResult {
    const { name } = field;
    return fieldView(field, {
      id: `${this.description?.name ?? ''}-${this.name}-${name}`,
      text: this.#typed[name] ?? '',
      current: this.current,
      problem: 'problems' in checked && this.#touched.has(name) ? checked.problems[name] : undefined,
      onInput: (text) => {
        this.#typed = { ...this.#typed, [name]: text };
        this.#touched = new Set([...this.#touched, name]);
        this.#answer = undefined;
        this.requestUpdate();
      },
    });
  }

  #forAll({ target }: CommandDescription): TemplateResult | typeof nothing {
    if (target !== 'either' || this.channel === undefined) return nothing;
    return html`<label class="for-all">
      <input
        type="checkbox"
        .checked=${this.#isForAll}
        @change=${() => {
          this.#isForAll = !this.#isForAll;
          this.requestUpdate();
        }}
      />
      all channels
    </label>`;
  }

  #target({ target }: CommandDescription): ChannelDescription | undefined {
    return target === 'manager' || (target === 'either' && this.#isForAll) ? undefined : this.channel;
  }

  #check(page: Page, command: CommandDescription): Checked {
    const inputs = { name: this.name, command, channel: this.#target(command), typed: this.#typed };
    return checkForm({ ...inputs, validate: page.validator(command) });
  }

  async #submit(page: Page, command: CommandDescription): Promise<void> {
    const { description, name } = this;
    const checked = this.#check(page, command);
    if (description === undefined) return;
    if ('problems' in checked) {
      this.#touched = new Set(['', ...Object.keys(checked.problems)]);
      this.requestUpdate();
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    const id = this.#target(command)?.id;
    this.#running += 1;
    this.#answer = undefined;
    this.requestUpdate();
    const target = { manager: description.name, command: name, ...(id === undefined ? {} : { channel: id }) };
    this.#answer = await page.session.send(target, checked.arguments);
    this.#running -= 1;
    this.requestUpdate();
  }

  #answerView(): TemplateResult | typeof nothing {
    if (this.#running > 0) return html`<span class="waiting">⟳ waiting for the answer</span>`;
    if (this.#answer === undefined) return nothing;
    const took = `${(this.#answer.tookMs / 1000).toFixed(this.#answer.tookMs < 1000 ? 3 : 1)} s`;
    if (this.#answer.type === 'failure') {
      const { code, message } = this.#answer.problem;
      return html`<span class="refused">▲ ${code}: ${message}</span>`;
    }
    const text = valueText(this.#answer.value);
    return html`<span class="done">✓ done in ${took}</span
      >${text === '{}' ? nothing : html`<code>${text.slice(0, 400)}</code>`}`;
  }
}

const targetText = (
  { target, busy, isUrgent }: CommandDescription,
  channel: ChannelDescription | undefined,
): string => {
  const whom = channel === undefined ? 'whole manager' : `channel ${channel.id}`;
  return `${target === 'manager' ? 'whole manager' : whom} · ${isUrgent ? 'at once, whatever runs' : busyWords[busy]}`;
};

const busyWords = { reject: 'refused while busy', queue: 'waits while busy', concurrent: 'at any time' } as const;

customElements.define('command-form', CommandForm);
