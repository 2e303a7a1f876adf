import type { Findings } from './finding.js';

/** Names of parameters, commands and arguments are keys of objects: those that every object has by itself are none. */
export const checkName = (name: string, findings: Findings): void => {
  if (name in Object.prototype) findings.add('is a word of the language that Busbar is written in; take another name');
};
