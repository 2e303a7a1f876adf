import type { JsonObject, JsonSchema } from '../../core/json-value.js';
import { DEFAULT_OUTBOX_BYTES } from '../../core/outbox.js';

export type ZeromqOptions = {
  /** Addresses as libzmq writes them; null: the port is not opened. */
  readonly publish: string | null;
  readonly publishProtobuf: string | null;
  readonly commands: string | null;
  readonly highWaterMark: number;
  readonly outboxBytes: number;
};

const defaults: ZeromqOptions = {
  publish: 'tcp://127.0.0.1:5556',
  publishProtobuf: null,
  commands: 'tcp://127.0.0.1:5557',
  highWaterMark: 1000,
  outboxBytes: DEFAULT_OUTBOX_BYTES,
};

/** The options with their defaults. They have passed `optionsSchema`. */
export const readOptions = (options: JsonObject): ZeromqOptions => ({
  ...defaults,
  ...(options as Partial<ZeromqOptions>),
});

/** libzmq takes 99999 and opens 34463. */
const PORT = '[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]';

const address = (description: string, byDefault: string | null): JsonSchema => ({
  description: `${description}; null: none. tcp://*:5556 is all interfaces, port 0 any that is free`,
  type: ['string', 'null'],
  pattern: `^(tcp://(\\*|[^:/*]+|\\[[0-9A-Fa-f:]+\\]):(${PORT})|ipc://.+)$`,
  default: byDefault,
});

export const optionsSchema: JsonSchema = {
  type: 'object',
  properties: {
    publish: address('Where readings, replies, alarms and events are published as JSON', defaults.publish),
    publishProtobuf: address(
      'Where the same is published as Protobuf (schemas/busbar.proto)',
      defaults.publishProtobuf,
    ),
    commands: address('Where commands are taken (ROUTER, for REQ and DEALER)', defaults.commands),
    highWaterMark: {
      description:
        'Messages that may wait for one slow subscriber; libzmq drops the rest, and the gap shows in `previous`',
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: defaults.highWaterMark,
    },
    outboxBytes: {
      description: 'Answers that may wait for a slow client of `commands` before it is dropped',
      type: 'integer',
      minimum: 2 ** 16,
      maximum: 2 ** 26,
      default: defaults.outboxBytes,
    },
  },
  additionalProperties: false,
};
