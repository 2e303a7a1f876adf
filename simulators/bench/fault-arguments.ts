import type { JsonObject } from '../../core/json-value.js';
import { declare } from '../../core/parameter.js';
import { faultKinds, faultLimits, isFaultKind, type Fault } from '../instrument/fault.js';
import type { Bench } from './bench.device.js';

const { argument } = declare<Bench, string>();

const MAX_TEXT = 200;
export const errorCodes = { type: 'integer', ...faultLimits.code } as const;

const kinds = Object.entries(faultKinds)
  .map(([kind, meaning]) => `${kind}: ${meaning}`)
  .join('; ');

/** What makes a fault, as the arguments of a command. */
export const faultArguments = {
  kind: argument(kinds, { enum: Object.keys(faultKinds) }),
  ms: argument('Time of slow, late and power-cycle', { type: 'integer', ...faultLimits.ms }, { isOptional: true }),
  every: argument('Each so many answers; default 1', { type: 'integer', ...faultLimits.count }, { isOptional: true }),
  times: argument(
    'Over after so many times; default: never, late once',
    { type: 'integer', ...faultLimits.count },
    { isOptional: true },
  ),
  code: argument('Number of an error; default -310', errorCodes, { isOptional: true }),
  text: argument(
    'Words of an error; default: System error',
    { type: 'string', maxLength: MAX_TEXT },
    { isOptional: true },
  ),
};

/** Arguments that have passed their schema; undefined: they have not. */
export const faultOf = ({ kind, ms, every, times, code, text }: JsonObject): Fault | undefined => {
  if (typeof kind !== 'string' || !isFaultKind(kind)) return undefined;
  return {
    kind,
    ...(typeof ms === 'number' ? { ms } : {}),
    ...(typeof every === 'number' ? { every } : {}),
    ...(typeof times === 'number' ? { times } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof text === 'string' ? { text } : {}),
  };
};
