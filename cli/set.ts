import { readingTopic } from '../core/message.js';
import { printReadings } from './get.js';
import { jsonText, type Lines } from './print.js';
import type { Session } from './session.js';
import { writeTarget } from './target.js';

/** `busbar set hv/1/voltage 1000`: sends the command that writes the parameter and shows what the station says. */
export const set = async (
  session: Session,
  address: string,
  text: string,
  options: { readonly json?: boolean },
  lines: Lines,
): Promise<void> => {
  const { client, expect } = session;
  const { out } = lines;
  const [manager = ''] = address.split('/');
  const target = writeTarget(expect(await client.describe(manager === '' ? undefined : manager)), address, text);
  const value = expect(await client.command(target));
  if (options.json === true) {
    out(jsonText(value));
    return;
  }
  const parameter = address.slice(address.lastIndexOf('/') + 1);
  // Measured value and read-back share the beginning of their names: `voltage`, `voltageSetpoint`.
  const readings = expect(await client.get([`${readingTopic(target.manager, target.channel, parameter)}*`]));
  if (readings.length === 0) out(`${address}  done`);
  printReadings(readings, {}, lines);
};
