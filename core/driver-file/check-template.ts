import { toProblem } from '../errors.js';
import type { Findings } from './finding.js';
import { template } from './template.js';

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** What may vary in a command or query of a driver file, and what must. */
export type TemplateRules = {
  /** `{channel}` may stand in it; `needed`: it must, for nothing else says which channel is meant. */
  readonly channel: 'needed' | 'allowed' | 'none';
  readonly values?: readonly string[];
  /** Of `values`, those that are text: they must stand in double quotes, which nobody gets out of. */
  readonly texts?: readonly string[];
};

/** Gives the placeholders that it has. */
export const checkTemplate = (
  text: string,
  { channel, values = [], texts = [] }: TemplateRules,
  findings: Findings,
): readonly string[] => {
  const used = placeholdersOf(text);
  const known = [...(channel === 'none' ? [] : ['channel']), ...values];
  for (const name of used) {
    if (known.includes(name)) continue;
    const why =
      name === 'channel'
        ? 'this is said to the whole device: scope is manager, or there are no channels'
        : listed(known);
    findings.add(`has {${name}}; ${why}`);
  }
  if (channel === 'needed' && !used.includes('channel'))
    findings.add('does not say which channel is meant: write {channel}, or give the file a `select`');
  for (const name of texts) {
    if (used.includes(name) && !text.includes(`"{${name}}"`))
      findings.add(`has {${name}}, a text, outside of quotes; write "{${name}}"`);
  }
  checkSyntax(text, findings);
  return used;
};

/** Something to be said that does not vary. */
export const checkPlainText = (text: string, findings: Findings): void => {
  checkTemplate(text, { channel: 'none' }, findings);
};

const checkSyntax = (text: string, findings: Findings): void => {
  try {
    template(text);
  } catch (thrown) {
    findings.add(toProblem(thrown).message);
  }
};

const placeholdersOf = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)),
];

const listed = (known: readonly string[]): string =>
  known.length === 0 ? 'nothing varies in it' : `known here: ${known.map((name) => `{${name}}`).join(', ')}`;
