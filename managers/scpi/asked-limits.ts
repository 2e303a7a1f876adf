import { isAborted } from '../../core/call.js';
import { valueTold } from '../../core/driver-file/conversion.js';
import { HardwareError } from '../../core/errors.js';
import type { Conversation } from '../../core/link.js';
import type { Call, Limits } from '../../core/parameter.js';
import type { Requests, RequestTable } from './requests.js';
import type { Session } from './session.js';

/** Digits that a number of single precision keeps. An E36300 says 6.17999983 and takes 6.18. */
const SINGLE_PRECISION = 7;

/** What the instrument itself says about its limits. */
export type AskedLimits = ReadonlyMap<Requests, Limits>;

/** Asks for the limits of every parameter that has a query for them. Where there is no answer the file's hold. */
export const askLimits = async (table: RequestTable, session: Session, call: Call): Promise<AskedLimits> => {
  const asked = new Map<Requests, Limits>();
  for (const places of table.values()) {
    for (const requests of places.values()) {
      if (requests.minimum === undefined && requests.maximum === undefined) continue;
      const limits = await limitsIfKnown(requests, session, call);
      if (limits === undefined) break; // nor are they for the other channels, and each would cost a time-out
      asked.set(requests, limits);
    }
  }
  return asked;
};

/** Time-outs and faults of a query for limits say that they are not known; anything else is about the link. */
const limitsIfKnown = async (requests: Requests, session: Session, call: Call): Promise<Limits | undefined> => {
  try {
    const limits = await session.exchange(call, (conversation) => limitsOf(requests, conversation, call));
    return Object.keys(limits).length === 0 ? undefined : limits;
  } catch (thrown) {
    const isNotKnown = thrown instanceof HardwareError && ['TIMEOUT', 'DEVICE_FAULT'].includes(thrown.code);
    if (isAborted(call) || !isNotKnown) throw thrown;
    return undefined;
  }
};

/** Of one parameter on one channel, in our units. */
const limitsOf = async (requests: Requests, conversation: Conversation, call: Call): Promise<Limits> => {
  const { parameter, select, minimum, maximum } = requests;
  if (select !== undefined) await conversation.write(select, call);
  const ask = async (query: string | undefined): Promise<number | undefined> => {
    if (query === undefined) return undefined;
    const value = valueTold(parameter, await conversation.query(query, call));
    return typeof value === 'number' ? Number(value.toPrecision(SINGLE_PRECISION)) : undefined;
  };
  const [low, high] = [await ask(minimum), await ask(maximum)];
  return inOrder(low, high);
};

/** Of an output below zero, such as the third of an E36311A, the largest setting is the smallest number. */
const inOrder = (low: number | undefined, high: number | undefined): Limits => {
  if (low !== undefined && high !== undefined) return { minimum: Math.min(low, high), maximum: Math.max(low, high) };
  return { ...(low === undefined ? {} : { minimum: low }), ...(high === undefined ? {} : { maximum: high }) };
};
