import { checkName } from './check-name.js';
import { channelRule } from './check-parameter.js';
import { checkTemplate } from './check-template.js';
import { checkInitial, checkValueSpec } from './check-value.js';
import type { ActionSpec, DriverFamily, DriverFile } from './driver-file.js';
import type { Findings } from './finding.js';
import { resolveValue, withVocabulary } from './resolve.js';
import { actions } from './vocabulary.js';

/** What every manager can do already. */
const builtIn = ['abort', 'makeSafe', 'refresh'];
/** And what the managers of a family can do besides, with any instrument of it. */
const ofFamily: Readonly<Record<DriverFamily, readonly string[]>> = {
  psu: ['configure', 'rampCurrent', 'rampVoltage', 'setName', 'switchOff'],
  meter: [],
  calibrator: [],
  instrument: [],
};

export const checkCommand = (file: DriverFile, name: string, spec: ActionSpec, findings: Findings): void => {
  if (spec.description === undefined && actions[file.family][name] === undefined)
    findings.add(`needs a description: it is no word that every ${file.family} file has`, {
      name,
      known: Object.keys(actions[file.family]),
    });
  checkName(name, findings);
  if (builtIn.includes(name)) findings.add('is what every manager has already; take another name');
  if (ofFamily[file.family].includes(name))
    findings.add(`is what every ${file.family} manager has already; take another name`);
  if (name in file.parameters) findings.add('is the name of a parameter as well; take another name');
  if (writers(file).includes(name)) findings.add('is the command that sets a parameter already; take another name');
  const given = Object.entries(spec.arguments ?? {});
  for (const [argument, its] of given) {
    checkName(argument, findings.at('arguments', argument));
    checkValueSpec({ ...its, tell: '' }, findings.at('arguments', argument));
  }
  checkSend(file, name, spec, findings);
  checkSimulate(file, spec, findings.at('simulate'));
};

const checkSend = (file: DriverFile, name: string, spec: ActionSpec, findings: Findings): void => {
  const given = Object.entries(spec.arguments ?? {});
  const values = given.map(([argument]) => argument);
  const texts = given.filter(([, { type }]) => type === 'text').map(([argument]) => argument);
  const channel = channelRule(file, name, spec.scope);
  const used = spec.send.flatMap((text, index) => {
    const at = findings.at('send', String(index));
    if (isQuery(text) && index < spec.send.length - 1)
      at.add('is a query; only the last one may be, as it gives the reply');
    return checkTemplate(text, { channel: channel === 'needed' ? 'allowed' : channel, values, texts }, at);
  });
  if (channel === 'needed' && !used.includes('channel'))
    findings.at('send').add('does not say which channel is meant: write {channel}, or scope: manager');
  for (const value of values) {
    if (!used.includes(value)) findings.at('arguments', value).add(`is not used: no command has {${value}}`);
  }
};

/** A query has its question mark at the end of its header: `"WHY?"` in a display text makes none. */
export const isQuery = (text: string): boolean => /^[^\s?]*\?/.test(text);

const checkSimulate = (
  file: DriverFile,
  { simulate = {}, arguments: given = {} }: ActionSpec,
  findings: Findings,
): void => {
  for (const [parameter, value] of Object.entries(simulate)) {
    const its = file.parameters[parameter];
    if (its === undefined)
      findings
        .at(parameter)
        .add('there is no such parameter in this file', { name: parameter, known: Object.keys(file.parameters) });
    else if (!isArgument(value, given))
      checkInitial(
        resolveValue(parameter, withVocabulary(file, parameter, its)),
        value,
        undefined,
        findings.at(parameter),
      );
  }
};

/** `{volts}`: the value of that argument. */
const isArgument = (value: unknown, given: NonNullable<ActionSpec['arguments']>): boolean =>
  typeof value === 'string' && /^\{\w+\}$/.test(value) && value.slice(1, -1) in given;

const writers = ({ parameters }: DriverFile): readonly string[] =>
  Object.entries(parameters)
    .filter(([, { tell }]) => tell !== undefined)
    .map(([name]) => `set${name.charAt(0).toUpperCase()}${name.slice(1)}`);
