import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { ErrorCode } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import type { Failure, Reply } from '../../core/message.js';
import { printJson } from '../../core/wire/print-json.js';

/** What was refused before anybody looked at what it would do: no trace of it, or a flood of it would bury the rest. */
const neverTried: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BAD_MESSAGE',
  'TOO_LARGE',
  'UNKNOWN_MANAGER',
  'UNKNOWN_CHANNEL',
  'BAD_COMMAND',
  'BAD_ARGUMENT',
  'EXPIRED',
  'BUSY',
  'QUEUE_FULL',
]);

const MAX_LINE_CHARACTERS = 4_096;
const MAX_ARGUMENTS_CHARACTERS = 2_048;

/** Who set what: one line for each answer to a command that changes something. Reads (`concurrent`) are left out. */
export const startAudit = (bus: Bus, append: (line: string) => void): Subscription => {
  const changing = new WeakMap<HardwareManager, ReadonlySet<string>>();
  const isChange = ({ command: { manager: name, command } }: Reply | Failure): boolean => {
    const manager = bus.manager(name);
    if (manager === undefined) return false;
    const known = changing.get(manager) ?? changingCommands(manager);
    changing.set(manager, known);
    return known.has(command);
  };
  return bus.outputs.subscribe((output) => {
    if (output.type !== 'reply' && output.type !== 'failure') return;
    if (output.type === 'failure' && neverTried.has(output.problem.code)) return;
    if (isChange(output)) append(printAudit(output));
  });
};

const changingCommands = (manager: HardwareManager): ReadonlySet<string> =>
  new Set(
    Object.entries(manager.describe().commands)
      .filter(([, { busy, isUrgent }]) => busy !== 'concurrent' || isUrgent)
      .map(([name]) => name),
  );

/** `{"time":...,"manager":"hv","channel":1,"command":"setVoltage","arguments":{"voltage":5},"by":{...},"result":"done"}` */
const printAudit = (answer: Reply | Failure): string => {
  const line = printJson(auditLine(answer, answer.command.arguments), 'compact');
  if (line.length <= MAX_LINE_CHARACTERS) return line;
  const shortened = `${printJson(answer.command.arguments, 'compact').slice(0, MAX_ARGUMENTS_CHARACTERS)}…`;
  return printJson(auditLine(answer, shortened), 'compact');
};

const auditLine = (answer: Reply | Failure, shown: JsonObject | string): JsonObject => {
  const { manager, channel, command, origin, id, reference } = answer.command;
  return {
    time: new Date(answer.timeMs).toISOString(),
    manager,
    ...(channel === undefined ? {} : { channel }),
    command,
    arguments: shown,
    by: origin,
    ...(id === undefined ? {} : { id }),
    reference,
    ...(answer.type === 'reply' ? done : { result: answer.problem.code, reason: answer.problem.message }),
  };
};

const done = { result: 'done' };
