import type { Json } from '../json-value.js';
import { outsideLimits, type Limits } from '../parameter.js';
import type { ParameterSpec } from './driver-file.js';
import type { Findings } from './finding.js';
import type { ResolvedValue } from './resolve.js';
import { formsOf } from './wire-words.js';

type Spec = Pick<ParameterSpec, 'type' | 'unit' | 'words' | 'answerWords' | 'scale' | 'ask' | 'tell'>;

/** What a value's type asks for: a unit, words, a scale. */
export const checkValueSpec = (
  { type = 'number', unit, words, answerWords, scale, tell }: Spec,
  findings: Findings,
) => {
  if (type === 'number' && unit === undefined)
    findings.add('is a number without unit; for a pure number write unit: 1');
  if (type !== 'number' && unit !== undefined) findings.at('unit').add(`is a ${type}: only numbers have a unit`);
  if (type !== 'number' && scale !== undefined) findings.at('scale').add(`is a ${type}: only numbers are scaled`);
  if (scale === 0) findings.at('scale').add('must not be 0: nothing could be told');
  if (type === 'choice' && words === undefined && (answerWords === undefined || tell !== undefined))
    findings.add('is a choice without `words`: what can be chosen?');
  if (words !== undefined) checkWords(type, words, findings.at('words'));
  if (answerWords === undefined) return;
  checkWords(type, answerWords, findings.at('answerWords'));
  for (const word of Object.keys(words ?? {})) {
    if (!(word in answerWords))
      findings.at('answerWords').add(`has no ${word}, which \`words\` has: it would not be understood`);
  }
};

const checkWords = (type: string, words: NonNullable<Spec['words']>, findings: Findings): void => {
  if (type === 'number' || type === 'text') findings.add(`is a ${type}: only flags and choices have words`);
  const flags = ['true', 'false'];
  for (const word of type === 'flag' ? Object.keys(words) : []) {
    if (!flags.includes(word)) findings.at(word).add('is no word of a flag; those are true and false');
  }
  for (const flag of type === 'flag' ? flags : []) {
    if (!(flag in words)) findings.add(`has no word for ${flag}`);
  }
  const taken = new Map<string, string>();
  for (const [ours, wire] of Object.entries(words)) {
    const forms = formsOf(String(wire));
    const other = forms.map((form) => taken.get(form)).find((name) => name !== undefined);
    if (other !== undefined) findings.at(ours).add(`is ${wire} on the wire, as ${other} is: which one is meant?`);
    for (const form of forms) taken.set(form, ours);
  }
};

/** A value that a simulated instrument is to have. */
export const checkInitial = (
  { name, type, choices, unit }: ResolvedValue,
  value: Json,
  limits: Limits | undefined,
  findings: Findings,
): void => {
  const types = { number: 'number', flag: 'boolean', choice: 'string', text: 'string' } as const;
  if (typeof value !== types[type]) findings.add(`must be a ${types[type]}, as ${name} is a ${type}`);
  else if (type === 'choice' && typeof value === 'string' && !choices.includes(value))
    findings.add(`must be one of ${choices.join(', ')}, not ${value}`);
  const sentence = outsideLimits(name, value, limits, unit);
  if (sentence !== undefined) findings.add(sentence);
};

export const checkLimitOrder = ({ minimum, maximum }: Limits, findings: Findings): void => {
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    findings.add(`${minimum}..${maximum} lets nothing pass: the minimum is above the maximum`);
};
