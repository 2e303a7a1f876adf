import type { Command, CommandRequest } from '../../core/message.js';

let lastReference = 0;

/** A command as the bus makes it, with a reference of its own. */
export const commandOf = (request: Partial<CommandRequest> = {}): Command => ({
  type: 'command',
  reference: ++lastReference,
  manager: 'psu',
  command: 'set',
  arguments: {},
  origin: { connector: 'test', peer: '1' },
  ...request,
});
