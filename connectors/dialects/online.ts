import type { Dialect, Recipients, Understood } from '../../core/dialect.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import type { CommandRequest, Event, Failure, Origin, Output, Reply } from '../../core/message.js';
import { bestMatcher } from './best-match.js';
import { checkedMeta, setMeta, telemetryMeta } from './online-answers.js';
import { blockTable, type Block, type BlockOptions } from './online-blocks.js';
import { exceptionMeta, invalidMeta, problemMeta, unreadableMeta, type ExceptionCode } from './online-errors.js';
import { onlineCommandSchema } from './online-schema.js';

/** The meta of an Envelope, or a text frame of `/channel`. */
export type OnlineFrame = {
  readonly meta: Json;
  /** For the header of the Envelope; of what comes in, whatever the sender's clock says. */
  readonly timeMs: number;
};

export type OnlineOptions = {
  readonly blocks: BlockOptions;
  readonly errorCode: ExceptionCode;
  /** `everyone`: as the original. `asker-else-everyone`: a bystander that was told busy cannot take it for its own. */
  readonly answers: 'everyone' | 'asker-else-everyone';
  /** `originator`: the mistake of one client does not make Online pause. */
  readonly errors: 'everyone' | 'originator';
};

/** The words between Online and its HV server (docs/protocols/online-hv.md). Throws BAD_ARGUMENT for blocks that clash. */
export const onlineDialect = (options: OnlineOptions): Dialect<OnlineFrame> => {
  const { errorCode, answers, errors } = options;
  const blocks = blockTable(options.blocks);
  const mistakeIn = bestMatcher(onlineCommandSchema(blocks.names));
  const errorsTo: Recipients = errors === 'originator' ? 'sender' : 'everyone';
  const answersTo: Recipients = answers === 'everyone' ? 'everyone' : 'sender-else-everyone';

  const metaOf = (output: Output): JsonObject | undefined => {
    switch (output.type) {
      case 'reading': {
        const block = blocks.byTopic.get(output.topic);
        return block === undefined ? undefined : telemetryMeta(output, block);
      }
      case 'reply':
        return replyMeta(output);
      case 'failure':
        return isOurs(output) ? problemMeta(output.problem, errorCode) : undefined;
      case 'event':
        return output.event === 'offline' && blocks.hasManager(output.manager) ? offlineMeta(output) : undefined;
      case 'alarm':
        return undefined;
    }
  };

  const replyMeta = (reply: Reply): JsonObject | undefined => {
    const block = blockOf(reply);
    if (block === undefined) return undefined;
    if (reply.command.command === 'setVoltage') return setMeta(block);
    return checkedMeta(reply, block) ?? exceptionMeta(errorCode, 'the voltage was set but has not been measured');
  };

  /** The block that a native command set, whichever connector it came by; undefined for commands that Online does not have. */
  const blockOf = ({ command: { command, manager, channel } }: Reply | Failure): Block | undefined =>
    command === 'setVoltage' || command === 'setVoltageAndCheck' ? blocks.at(manager, channel) : undefined;

  const isOurs = (failure: Failure): boolean => blockOf(failure) !== undefined;

  const offlineMeta = ({ manager, details }: Event): JsonObject =>
    exceptionMeta(
      errorCode,
      `${manager} is offline: ${typeof details['reason'] === 'string' ? details['reason'] : ''}`,
    );

  const understand = (meta: Json, origin: Origin): CommandRequest | string => {
    const mistake = mistakeIn(meta);
    if (mistake !== undefined) return mistake;
    const command = isJsonObject(meta) ? meta : {};
    const block = blockNamed(command['block']);
    return block === undefined ? 'no such block' : requestOf(command, block, origin);
  };

  const blockNamed = (name: Json | undefined): Block | undefined =>
    typeof name === 'string' || typeof name === 'number' ? blocks.byName.get(String(name)) : undefined;

  return {
    understand: ({ meta }, origin, nowMs): Understood<OnlineFrame> => {
      const understood = understand(meta, origin);
      if (typeof understood !== 'string') return { request: understood };
      return { answer: [{ meta: invalidMeta(understood), timeMs: nowMs }], to: errorsTo };
    },
    toFrames: (output) => {
      const meta = metaOf(output);
      return meta === undefined ? none : [{ meta, timeMs: output.timeMs }];
    },
    onBadFrame: ({ message }, nowMs) => [{ meta: unreadableMeta(message), timeMs: nowMs }],
    recipients: ({ type }) => (type === 'failure' ? errorsTo : answersTo),
  };
};

const none: readonly OnlineFrame[] = [];

const requestOf = (command: JsonObject, { manager, channel }: Block, origin: Origin): CommandRequest => {
  const isCheck = command['command_type'] === 'set_voltage_and_check';
  const native = isCheck ? 'setVoltageAndCheck' : 'setVoltage';
  const args = isCheck ? checkArguments(command) : setArguments(command);
  // Two literals: a spread costs each command half a microsecond.
  if (channel === undefined) return { manager, command: native, arguments: args, origin };
  return { manager, command: native, channel, arguments: args, origin };
};

/** Whole numbers beyond 2^53 come as bigint. */
const setArguments = ({ voltage }: JsonObject): JsonObject => ({ voltage: Number(voltage) });

const checkArguments = ({ voltage, max_error: maxError, timeout }: JsonObject): JsonObject => ({
  voltage: Number(voltage),
  maxError: Number(maxError),
  timeout: Number(timeout),
});
