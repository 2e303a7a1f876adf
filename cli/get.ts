import type { Reading } from '../core/message.js';
import { CliError } from './exit.js';
import { jsonText, readingLine, type Lines } from './print.js';
import type { Session } from './session.js';
import { managerNamed } from './target.js';

export type GetOptions = { readonly fresh?: boolean; readonly json?: boolean };

/** `busbar get hv/1/voltage`: the newest reading of each address or pattern. */
export const get = async (
  session: Session,
  patterns: readonly string[],
  options: GetOptions,
  lines: Lines,
): Promise<void> => {
  if (options.fresh === true) for (const pattern of patterns) await refresh(session, pattern);
  const readings = session.expect(await session.client.get(patterns));
  const missing = patterns.filter(
    (pattern) => !pattern.includes('*') && !readings.some(({ topic }) => topic === pattern),
  );
  printReadings(readings, options, lines);
  if (missing.length > 0 || readings.length === 0) await explainMissing(session, missing[0] ?? patterns.join(' '));
  if (readings.some(({ quality }) => quality === 'bad')) throw new CliError('refused', 'a reading is bad');
};

export const printReadings = (readings: readonly Reading[], { json }: GetOptions, { out }: Lines): void => {
  const width = Math.max(0, ...readings.map(({ topic }) => topic.length));
  for (const reading of readings) out(json === true ? jsonText(reading) : readingLine(reading, width));
};

/** Asks the instrument itself; needs a whole address, for a pattern names no one manager. */
const refresh = async ({ client, expect }: Session, address: string): Promise<void> => {
  const [manager, second, third] = address.split('/');
  if (manager === undefined || second === undefined || address.includes('*')) {
    throw new CliError('usage', `--fresh needs a whole address such as hv/1/voltage, not "${address}"`);
  }
  const parameter = third ?? second;
  const channel = third === undefined ? {} : { channel: second };
  expect(await client.command({ manager, ...channel, command: 'refresh', arguments: { parameter } }));
};

const explainMissing = async ({ client, expect }: Session, address: string): Promise<never> => {
  const managers = expect(await client.describe());
  const [name = ''] = address.split('/');
  if (name.includes('*')) throw new CliError('refused', `nothing matches ${address}`);
  const manager = managerNamed(managers, name);
  if (manager.state === 'offline' || manager.state === 'starting')
    throw new CliError('refused', `no reading of ${address}: ${name} is ${manager.state}; busbar log says why`);
  const channels = manager.channels.map(({ id }) => id).join(', ');
  throw new CliError(
    'refused',
    `no reading of ${address}; ${name} has the channels ${channels || '(none)'} and the parameters ${Object.keys(manager.parameters).join(', ')}`,
  );
};
