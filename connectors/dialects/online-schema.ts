import type { Draft07 } from './best-match.js';

/** What the HV server accepts, for the blocks of a config; schemas/dialects/online-command.schema.json shows it for block 1.
 *  The order of the keys decides which of several errors a client is told. */
export const onlineCommandSchema = (blocks: readonly string[]): Draft07 => ({
  type: 'object',
  properties: {
    type: { type: 'string', const: 'command' },
    command_type: { type: 'string', enum: ['set_voltage', 'set_voltage_and_check'] },
    block: { enum: blocks.flatMap((block) => [Number(block), block]) },
    voltage: { type: 'number' },
  },
  // It also holds where `command_type` is missing: `{}` is told about max_error.
  if: { properties: { command_type: { const: 'set_voltage_and_check' } } },
  then: {
    properties: { max_error: { type: 'number' }, timeout: { type: 'number' } },
    required: ['max_error', 'timeout'],
  },
  required: ['type', 'command_type', 'block', 'voltage'],
});
