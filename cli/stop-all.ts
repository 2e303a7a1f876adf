import { isJsonObject } from '../core/json-value.js';
import { CliError } from './exit.js';
import { jsonText, type Lines } from './print.js';
import type { Session } from './session.js';

/** `busbar stop-all`: what became of each manager, a line each. Done only when every one said that it is safe. */
export const stopAll = async ({ client, expect }: Session, { out }: Lines): Promise<void> => {
  const reply = expect(await client.command({ manager: 'station', command: 'stopAll' }));
  const results = isJsonObject(reply) && isJsonObject(reply['managers']) ? Object.entries(reply['managers']) : [];
  const width = Math.max(0, ...results.map(([name]) => name.length));
  for (const [name, result] of results)
    out(`${name.padEnd(width)}  ${typeof result === 'string' ? result : jsonText(result)}`);
  if (isJsonObject(reply) && reply['isSafe'] === true) return;
  const unsafe = results.filter(([, result]) => result !== 'safe').map(([name]) => name);
  throw new CliError('refused', `NOT everything is safe: look at ${unsafe.join(', ') || 'the log of the station'}`);
};
