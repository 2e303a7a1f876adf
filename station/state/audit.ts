import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { ErrorCode } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import type { Failure, Reply } from '../../core/message.js';

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
  const { manager, channel, command, arguments: values, origin, id, reference } = answer.command;
  const time = new Date(answer.timeMs).toISOString();
  const isDone = answer.type === 'reply';
  const result = isDone ? { result: 'done' } : { result: answer.problem.code, reason: answer.problem.message };
  return JSON.stringify(
    { time, manager, channel, command, arguments: shortened(values), by: origin, id, reference, ...result },
    plain,
  );
};

const shortened = (values: JsonObject): JsonObject | string => {
  const text = JSON.stringify(values, plain);
  return text.length <= MAX_ARGUMENTS_CHARACTERS ? values : `${text.slice(0, MAX_ARGUMENTS_CHARACTERS)}…`;
};

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
