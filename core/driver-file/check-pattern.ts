import type { Findings } from './finding.js';

/** Compiles a regular expression of a driver file; undefined: it is none, and `findings` says why. */
export const checkedPattern = (source: string, findings: Findings): RegExp | undefined => {
  try {
    return new RegExp(source);
  } catch (thrown) {
    findings.add(thrown instanceof Error ? thrown.message : 'is no regular expression');
    return undefined;
  }
};

/** With an empty alternative everything matches, and the result has a place for each group. */
export const groupsOf = ({ source }: RegExp): { readonly count: number; readonly names: readonly string[] } => {
  const found = new RegExp(`${source}|`).exec('');
  return { count: (found?.length ?? 1) - 1, names: Object.keys(found?.groups ?? {}) };
};

/** The part of an answer that is meant stands in the one group. */
export const checkAnswerPattern = (source: string, findings: Findings): void => {
  const pattern = checkedPattern(source, findings);
  if (pattern === undefined) return;
  const { count } = groupsOf(pattern);
  if (count !== 1)
    findings.add(`has ${count} groups; put the part that is meant in ( ), and what else is grouped in (?: )`);
};

const identityGroups = ['manufacturer', 'model', 'serial', 'revision'];

export const checkIdentityPattern = (source: string, findings: Findings): void => {
  const pattern = checkedPattern(source, findings);
  if (pattern === undefined) return;
  const { names } = groupsOf(pattern);
  if (!names.includes('model')) findings.add('needs the group (?<model>...): the limits and channels follow from it');
  for (const name of names) {
    if (!identityGroups.includes(name))
      findings.add(`has a group ${name}; those that are read are ${identityGroups.join(', ')}`);
  }
};
