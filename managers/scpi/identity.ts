import type { ResolvedDriver, ResolvedModel } from '../../core/driver-file/resolve.js';
import { HardwareError } from '../../core/errors.js';
import type { Conversation } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { sayPlain } from './requests.js';
import type { Identity } from './scpi-device-shape.js';

/** Of an answer that nobody understands, so much is quoted. */
const QUOTED = 80;

export type Identified = { readonly identity: Identity; readonly model: ResolvedModel };

/** Asks the instrument who it is. Errors: DEVICE_FAULT when it is not what the driver file, or the config, says: what was set
 *  on another instrument than the one that is meant may destroy what hangs on it. */
export const identify = async (
  { file, models }: ResolvedDriver,
  wanted: string | undefined,
  conversation: Conversation,
  call: Call,
): Promise<Identified> => {
  const { answer: pattern } = file.identity;
  const ask = sayPlain(file.identity.ask ?? '*IDN?');
  const answer = (await conversation.query(ask, call)).trim();
  const said = `answered ${ask} with "${answer.slice(0, QUOTED)}"`;
  const groups = new RegExp(pattern).exec(answer)?.groups;
  if (groups === undefined)
    throw new HardwareError(
      'DEVICE_FAULT',
      `${said}, which is no ${file.title} (driver ${file.driver}); is it the right address?`,
    );
  const { manufacturer = '', model: name = '', serial = '', revision = '' } = groups;
  const model = models.get(name);
  if (model === undefined)
    throw new HardwareError(
      'DEVICE_FAULT',
      `${said}; ${file.driver} drives ${[...models.keys()].join(', ')}, no ${name}`,
    );
  if (wanted !== undefined && wanted !== name)
    throw new HardwareError('DEVICE_FAULT', `${said}; the config expects a ${wanted} at this address`);
  return { identity: { manufacturer, model: name, serial, revision }, model };
};
