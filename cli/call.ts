import { CliError } from './exit.js';
import { jsonText, type Lines } from './print.js';
import type { Session } from './session.js';
import { callArguments, managerNamed } from './target.js';
import { nearest } from '../schemas/nearest.js';

/** The station ends every command itself; the longest may take a day. */
const ANSWER_LIMIT_MS = 86_500_000;

/** `busbar call hv/1 setVoltageAndCheck voltage=1000 maxError=5 timeout=20`: any command of any manager. */
export const call = async (
  session: Session,
  target: string,
  command: string,
  words: readonly string[],
  { out }: Lines,
): Promise<void> => {
  const { client, expect } = session;
  const [name = '', channel, ...rest] = target.split('/');
  if (name === '' || rest.length > 0) throw new CliError('usage', `"${target}" is no manager or manager/channel`);
  const manager = managerNamed(expect(await client.describe()), name);
  const description = manager.commands[command];
  if (description === undefined) {
    const names = Object.keys(manager.commands);
    const best = nearest(command, names);
    throw new CliError(
      'refused',
      `${name} has no command "${command}"${best === undefined ? '' : ` (did you mean "${best}"?)`}; it has: ${names.join(', ')}`,
    );
  }
  const request = { manager: name, command, arguments: callArguments(description, words) };
  const whole = channel === undefined ? request : { ...request, channel };
  out(jsonText(expect(await client.command(whole, { timeoutMs: ANSWER_LIMIT_MS }))));
};
