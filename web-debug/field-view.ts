import { html, nothing, type TemplateResult } from 'lit';
import { choiceText, limitsText, type Field } from './model/form.js';
import { numberText, unitText, valueText } from './model/number-text.js';

export type FieldState = {
  readonly id: string;
  readonly text: string;
  /** The present value, shown in the empty field. */
  readonly current: string;
  readonly problem: string | undefined;
  readonly onInput: (text: string) => void;
};

/** One argument: label, input, unit, limits, and what is wrong with what was typed. */
export const fieldView = (field: Field, state: FieldState): TemplateResult => {
  const { name, description, isRequired, limits } = field;
  const unit = unitText(field.unit);
  const { id, problem } = state;
  const range = limitsText(limits, unit, numberText);
  return html`<div class="field">
    <label for=${id} title=${description}>${name}${isRequired ? nothing : html` <small>optional</small>`}</label>
    <span class="entry"
      >${inputOf(field, state)}${unit === undefined ? nothing : html`<span class="unit">${unit}</span>`}</span
    >
    <span class="hint" id=${`${id}-hint`}>${range === '' ? nothing : html`<span class="range">${range}</span>`}</span>
    ${problem === undefined ? nothing : html`<p class="problem" id=${`${id}-problem`} role="alert">▲ ${problem}</p>`}
  </div>`;
};

const inputOf = ({ kind, choices }: Field, { id, text, current, problem, onInput }: FieldState): TemplateResult => {
  const invalid = problem === undefined ? 'false' : 'true';
  const describedBy = problem === undefined ? `${id}-hint` : `${id}-problem ${id}-hint`;
  const onChange = (event: Event): void => {
    const { target } = event;
    if (
      target instanceof HTMLInputElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement
    )
      onInput(target.value);
  };
  if (kind === 'choice' || kind === 'flag')
    return html`<select
      id=${id}
      .value=${text}
      aria-invalid=${invalid}
      aria-describedby=${describedBy}
      @change=${onChange}
    >
      <option value="">${current === '' ? 'choose' : `now ${current}`}</option>
      ${choices.map((choice) => html`<option value=${choiceText(choice)}>${valueText(choice)}</option>`)}
    </select>`;
  if (kind === 'json')
    return html`<textarea
      id=${id}
      rows="2"
      placeholder="JSON"
      aria-invalid=${invalid}
      aria-describedby=${describedBy}
      @input=${onChange}
    ></textarea>`;
  return html`<input
    id=${id}
    type="text"
    inputmode=${kind === 'number' ? 'decimal' : 'text'}
    autocomplete="off"
    spellcheck="false"
    placeholder=${current}
    aria-invalid=${invalid}
    aria-describedby=${describedBy}
    @input=${onChange}
  />`;
};
