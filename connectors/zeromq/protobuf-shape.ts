import type { Problem } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import type { ChannelId, Command, Output } from '../../core/message.js';
import { unreachable } from '../../core/unreachable.js';
import { printJson } from '../../core/wire/print-json.js';

/** What protobufjs takes for one message of `schemas/busbar.proto`: the names of the .proto in camelCase. */
type Shape = { readonly [field: string]: unknown };

/** An output as the `Output` message of the .proto; the enum values are those written there. */
export const protobufShape = (output: Output, isSnapshot: boolean): Shape => {
  const { manager, topic, epoch, seq, previous, timeMs } = output;
  return { manager, topic, epoch, seq, previous, timeMs, snapshot: isSnapshot, [output.type]: bodyShape(output) };
};

const quality = { good: 1, stale: 2, bad: 3 } as const;
const severity = { warning: 1, alarm: 2 } as const;

const bodyShape = (output: Output): Shape => {
  switch (output.type) {
    case 'reading':
      return {
        channel: channelShape(output.channel),
        parameter: output.parameter,
        value: valueShape(output.value),
        unit: output.unit,
        quality: quality[output.quality],
        problem: problemShape(output.problem),
      };
    case 'reply':
      return { command: commandShape(output.command), value: valueShape(output.value) };
    case 'failure':
      return { command: commandShape(output.command), problem: problemShape(output.problem) };
    case 'alarm':
      return {
        alarm: output.alarm,
        channel: channelShape(output.channel),
        isActive: output.isActive,
        severity: severity[output.severity],
        message: output.message,
      };
    case 'event':
      return { event: output.event, channel: channelShape(output.channel), detailsJson: json(output.details) };
    default:
      return unreachable(output);
  }
};

const commandShape = ({ id, arguments: values, channel, type: _, ...rest }: Command): Shape => ({
  ...rest,
  channel: channelShape(channel),
  argumentsJson: json(values),
  ...(typeof id === 'number' ? { numberId: id } : { textId: id }),
});

const problemShape = (problem: Problem | undefined): Shape | undefined =>
  problem && {
    code: problem.code,
    message: problem.message,
    detailsJson: problem.details && json(problem.details),
  };

const channelShape = (channel: ChannelId | undefined): Shape | undefined => {
  if (channel === undefined) return undefined;
  if (typeof channel === 'string') return { name: channel };
  if (!Number.isSafeInteger(channel))
    throw new RangeError(`channel ${channel} is no whole number, which busbar.proto cannot say`);
  return { number: channel };
};

const MIN_I64 = -(2n ** 63n);
const MAX_U64 = 2n ** 64n - 1n;

const valueShape = (value: Json): Shape => {
  if (value === null) return { null: true };
  if (typeof value === 'boolean') return { flag: value };
  if (typeof value === 'number') return { number: value };
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'bigint') return integerShape(value);
  if (isNumbers(value)) return { numbers: { values: value } };
  return { json: json(value) };
};

const integerShape = (value: bigint): Shape => {
  if (value < MIN_I64 || value > MAX_U64) return { json: String(value) };
  return value < 0n ? { signed: bits(value) } : { unsigned: bits(value) };
};

/** The two halves of a 64-bit integer, the form in which protobufjs takes what a double cannot hold. */
const bits = (value: bigint): { readonly low: number; readonly high: number } => ({
  low: Number(BigInt.asUintN(32, value)),
  high: Number(BigInt.asUintN(32, value >> 32n)),
});

const isNumbers = (value: Json): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');

const json = (value: Json): string => printJson(value, 'compact');
