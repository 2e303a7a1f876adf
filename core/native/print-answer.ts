import type { Command, Origin, Output } from '../message.js';
import type { Problem } from '../errors.js';
import { printFrame } from './print-frame.js';

type AnswerOutput = Extract<Output, { readonly type: 'reply' | 'failure' }>;
export type PrintAnswer = (answer: AnswerOutput) => string;

/** Prints answers as `printFrame` does, in two thirds of the time: an answer repeats its command and who asked, and the
 *  latter is the same object for all commands of a connection, so it is printed once. */
export const answerPrinter = (): PrintAnswer => {
  const origins = new WeakMap<Origin, string>();

  const printOrigin = (origin: Origin): string => {
    const known = origins.get(origin);
    if (known !== undefined) return known;
    const text = JSON.stringify(origin);
    origins.set(origin, text);
    return text;
  };

  const printCommand = (command: Command): string => {
    const { reference, manager, command: name, channel, id, validUntilMs } = command;
    return `{"type":"command","reference":${reference},"manager":${quote(manager)},"command":${quote(name)},"arguments":${JSON.stringify(command.arguments)},"origin":${printOrigin(command.origin)}${optional('channel', channel)}${optional('id', id)}${optional('validUntilMs', validUntilMs)}}`;
  };

  return (answer) => {
    if (answer.data !== undefined) return printFrame(answer);
    const { manager, topic, epoch, seq, previous, timeMs, command } = answer;
    try {
      const outcome =
        answer.type === 'reply'
          ? `"value":${JSON.stringify(answer.value)}`
          : `"problem":${printProblem(answer.problem)}`;
      return `{"type":"${answer.type}","manager":${quote(manager)},"topic":${quote(topic)},"epoch":${epoch},"seq":${seq},"previous":${previous},"timeMs":${timeMs},"command":${printCommand(command)},${outcome}}`;
    } catch {
      // A bigint among the arguments or in the value.
      return printFrame(answer);
    }
  };
};

const printProblem = (problem: Problem): string =>
  problem.details === undefined
    ? `{"code":"${problem.code}","message":${quote(problem.message)}}`
    : JSON.stringify(problem);

const optional = (name: string, value: string | number | undefined): string => {
  if (value === undefined) return '';
  return `,"${name}":${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`;
};

const needsEscape = /[^ !#-[\]-~]/;

const quote = (text: string): string => (needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`);
