import { checkAnswerPattern } from './check-pattern.js';
import { checkName } from './check-name.js';
import { checkTemplate, type TemplateRules } from './check-template.js';
import { checkInitial, checkLimitOrder, checkValueSpec } from './check-value.js';
import type { DriverFile, ParameterSpec } from './driver-file.js';
import type { Findings } from './finding.js';
import { resolveValue, withVocabulary } from './resolve.js';
import { vocabulary } from './vocabulary.js';

/** The parameter that shows what the instrument says of itself. */
const IDENTITY = 'identity';

export const checkParameter = (file: DriverFile, name: string, given: ParameterSpec, findings: Findings): void => {
  const spec = withVocabulary(file, name, given);
  const { type = 'number', ask, tell, answer, bits, limits = {}, initial } = spec;
  if (spec.description === undefined)
    findings.add(`needs a description: it is no word that every ${file.family} file has`, {
      name,
      known: Object.keys(vocabulary[file.family]).filter((word) => !(word in file.parameters)),
    });
  if (ask === undefined && tell === undefined)
    findings.add('has neither `ask` nor `tell`: nothing could be done with it');
  checkName(name, findings);
  if (name === IDENTITY) findings.add('is what every instrument has already; take another name');
  checkAgainstVocabulary(file, name, given, findings);
  checkValueSpec(spec, findings);
  if (answer !== undefined) checkAnswerPattern(answer, findings.at('answer'));
  for (const key of ['answer', 'answerWords', 'bits', 'answerAfterMs', 'printed'] as const) {
    if (ask === undefined && spec[key] !== undefined) findings.at(key).add('is about an answer, but there is no `ask`');
  }
  if (bits !== undefined) checkBits(file, name, spec, findings.at('bits'));
  checkTemplates(file, name, spec, findings);
  checkLimitSpecs(file, name, spec, findings.at('limits'));
  const { minimum, maximum } = limits;
  const fixed = {
    ...(typeof minimum === 'number' ? { minimum } : {}),
    ...(typeof maximum === 'number' ? { maximum } : {}),
  };
  if (initial !== undefined)
    checkInitial(resolveValue(name, { ...spec, type }), initial, fixed, findings.at('initial'));
};

/** Whether requests of the parameter or command name the channel themselves. */
export const channelRule = (
  file: DriverFile,
  name: string,
  scope: 'channel' | 'manager' | undefined,
): TemplateRules['channel'] => {
  const counts = Object.values(file.models).map(({ channels = {}, without = [] }) =>
    without.includes(name) ? 0 : Object.values(channels).filter((channel) => !channel.without?.includes(name)).length,
  );
  if (scope === 'manager' || !Object.values(file.models).some(({ channels }) => channels !== undefined)) return 'none';
  return file.select === undefined && Math.max(...counts) > 1 ? 'needed' : 'allowed';
};

const checkAgainstVocabulary = (
  { family }: DriverFile,
  name: string,
  { type, unit, scope }: ParameterSpec,
  findings: Findings,
): void => {
  const word = vocabulary[family][name];
  if (word === undefined) return;
  const differs = (key: 'type' | 'unit' | 'scope', mine: string | undefined): void => {
    if (mine === undefined || word[key] === undefined || mine === word[key]) return;
    const hint = key === 'unit' ? "; `scale` turns the wire's unit into it" : '';
    findings.at(key).add(`is ${word[key]} in every ${family} file, not ${mine}${hint}`);
  };
  differs('type', type);
  // What a meter measures, and in which unit, is its own matter.
  if (family === 'psu') differs('unit', unit);
  differs('scope', scope);
};

const checkTemplates = (file: DriverFile, name: string, spec: ParameterSpec, findings: Findings): void => {
  const channel = channelRule(file, name, spec.scope);
  const texts = spec.type === 'text' ? ['value'] : [];
  const { ask, tell, printed } = spec;
  // A query of bits may be about all channels at once: the mask tells them apart.
  const askRule = typeof spec.bits?.mask === 'object' && channel === 'needed' ? 'allowed' : channel;
  if (ask !== undefined) checkTemplate(ask, { channel: askRule }, findings.at('ask'));
  if (tell !== undefined) {
    const used = checkTemplate(tell, { channel, values: ['value'], texts }, findings.at('tell'));
    if (!used.includes('value')) findings.at('tell').add('does not say the value: write {value} where it stands');
  }
  if (printed !== undefined && !printed.includes('{value}'))
    findings.at('printed').add('does not say the value: write {value} where it stands');
};

const checkLimitSpecs = (file: DriverFile, name: string, spec: ParameterSpec, findings: Findings): void => {
  const { type = 'number', limits, tell } = spec;
  if (limits === undefined) return;
  if (type !== 'number') findings.add(`is a ${type}: only numbers have limits`);
  if (tell === undefined) findings.add('cannot be set (it has no `tell`): limits mean nothing');
  for (const [end, limit] of Object.entries(limits)) {
    if (typeof limit === 'string')
      checkTemplate(limit, { channel: channelRule(file, name, spec.scope) }, findings.at(end));
  }
  const { minimum, maximum } = limits;
  if (typeof minimum === 'number' && typeof maximum === 'number') checkLimitOrder({ minimum, maximum }, findings);
};

const checkBits = (file: DriverFile, name: string, { type, bits, scope }: ParameterSpec, findings: Findings): void => {
  if (type === 'text') findings.add('is a text: bits are flags, choices or numbers');
  const mask = bits?.mask;
  if (typeof mask !== 'object') return;
  if (scope === 'manager') findings.at('mask').add('differs by channel, but the parameter has no channel');
  for (const [model, { channels = {}, without }] of Object.entries(file.models)) {
    if (without?.includes(name)) continue;
    for (const [channel, spec] of Object.entries(channels)) {
      if (!(channel in mask) && !spec.without?.includes(name))
        findings.at('mask').add(`has nothing for channel ${channel} of ${model}`);
    }
  }
};
