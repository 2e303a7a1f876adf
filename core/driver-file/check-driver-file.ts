import type { Limits } from '../parameter.js';
import { checkCommand } from './check-command.js';
import { checkParameter } from './check-parameter.js';
import { checkIdentityPattern, checkedPattern } from './check-pattern.js';
import { checkPlainText, checkTemplate } from './check-template.js';
import { checkLimitOrder } from './check-value.js';
import type { ChannelSpec, DriverFile, ModelSpec, ParameterSpec } from './driver-file.js';
import { Findings, type Finding } from './finding.js';
import { withVocabulary } from './resolve.js';
import { simulatedIdentity } from './simulated-identity.js';

/** All that is wrong with a driver file and that no schema can say. Takes one that has passed the schema. */
export const checkDriverFile = (file: DriverFile): readonly Finding[] => {
  const findings = new Findings();
  checkTalk(file, findings);
  checkModels(file, findings.at('models'));
  for (const [name, spec] of Object.entries(file.parameters))
    checkParameter(file, name, spec, findings.at('parameters', name));
  for (const [name, spec] of Object.entries(file.commands ?? {}))
    checkCommand(file, name, spec, findings.at('commands', name));
  if (file.family === 'psu') checkSupply(file, findings);
  return findings.list;
};

/** What is said beside parameters and commands. */
const checkTalk = (file: DriverFile, findings: Findings): void => {
  const { identity, errorQueue, powerCycle, select, initialize = [], release = [] } = file;
  if (identity.ask !== undefined) checkPlainText(identity.ask, findings.at('identity', 'ask'));
  checkIdentityPattern(identity.answer, findings.at('identity', 'answer'));
  checkSimulatedIdentity(file, findings.at('simulation'));
  if (errorQueue !== undefined) {
    checkPlainText(errorQueue.ask, findings.at('errorQueue', 'ask'));
    checkedPattern(errorQueue.none, findings.at('errorQueue', 'none'));
  }
  if (powerCycle?.ask !== undefined) checkPlainText(powerCycle.ask, findings.at('powerCycle', 'ask'));
  for (const [index, { send }] of initialize.entries())
    checkPlainText(send, findings.at('initialize', String(index), 'send'));
  for (const [index, { send }] of release.entries())
    checkPlainText(send, findings.at('release', String(index), 'send'));
  if (select === undefined) return;
  if (hasChannels(file)) checkTemplate(select, { channel: 'needed' }, findings.at('select'));
  else findings.at('select').add('there are no channels to select: the models have none');
};

/** The simulated instrument is recognised by its own driver. */
const checkSimulatedIdentity = (file: DriverFile, findings: Findings): void => {
  const pattern = checkedPattern(file.identity.answer, new Findings());
  if (pattern === undefined) return;
  for (const model of Object.keys(file.models)) {
    const answer = simulatedIdentity(file, model);
    if (pattern.exec(answer)?.groups?.['model'] === model) continue;
    const advice = 'give it a manufacturer, serial and revision that fit, or mend the pattern';
    findings.add(`would say "${answer}", in which identity.answer does not find the model ${model}; ${advice}`);
  }
};

export const hasChannels = ({ models }: Pick<DriverFile, 'models'>): boolean =>
  Object.values(models).some(({ channels }) => channels !== undefined);

const checkModels = (file: DriverFile, findings: Findings): void => {
  for (const [name, model] of Object.entries(file.models)) {
    const at = findings.at(name);
    if (hasChannels(file) && model.channels === undefined)
      at.add('has no channels, but others of the file have; a supply with one output has the channel 1');
    checkPart(file, model, at);
    for (const [channel, spec] of Object.entries(model.channels ?? {}))
      checkPart(file, spec, at.at('channels', channel));
  }
};

const checkPart = (file: DriverFile, part: ModelSpec | ChannelSpec, findings: Findings): void => {
  const known = [...Object.keys(file.parameters), ...Object.keys(file.commands ?? {})];
  for (const [index, name] of (part.without ?? []).entries()) {
    if (!known.includes(name))
      findings
        .at('without', String(index))
        .add(`there is no parameter or command ${name} in this file`, { name, known });
  }
  for (const [name, limits] of Object.entries(part.limits ?? {}))
    checkLimits(file, name, limits, findings.at('limits', name));
};

const checkLimits = (file: DriverFile, name: string, limits: Limits, findings: Findings): void => {
  const spec: ParameterSpec | undefined = file.parameters[name];
  if (spec === undefined)
    findings.add(`there is no parameter ${name} in this file`, { name, known: Object.keys(file.parameters) });
  else if ((withVocabulary(file, name, spec).type ?? 'number') !== 'number')
    findings.add(`${name} is no number: it has no limits`);
  else if (spec.tell === undefined) findings.add(`${name} cannot be set (it has no \`tell\`): limits mean nothing`);
  checkLimitOrder(limits, findings);
};

/** Without these there is nothing that a supply could be made safe by, or be shown by. */
const checkSupply = (file: DriverFile, findings: Findings): void => {
  if (!hasChannels(file))
    findings.at('models').add('a supply has channels; one with a single output has the channel 1');
  for (const name of ['voltageSetpoint', 'enabled']) {
    const spec = file.parameters[name];
    if (spec?.tell === undefined) findings.at('parameters').add(`a supply needs ${name} with a \`tell\``);
    if (spec?.scope === 'manager')
      findings
        .at('parameters', name, 'scope')
        .add(`is of each output of a supply: making safe switches every one of them; a switch of all is masterEnabled`);
  }
};
