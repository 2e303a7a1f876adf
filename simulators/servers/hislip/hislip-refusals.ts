import type { BadFrame } from '../../../core/codec.js';
import { fatalErrors, FIRST_VENDOR_TYPE, hislipErrors, hislipTypeName } from '../../../core/wire/hislip-tables.js';
import type { HislipConnection } from './hislip-connection.js';

/** Answers what is no message: the session survives one that is too large, and nothing else. */
export const refuseFrame = (connection: HislipConnection, { problem, isFatal }: BadFrame): void => {
  if (isFatal === true) connection.fatal(fatalErrors.badHeader, problem);
  else connection.error(hislipErrors.tooLarge, problem);
};

/** Answers a message that has no place on this channel, such as all that HiSLIP 2.0 added. */
export const refuseType = (connection: HislipConnection, type: number, channel: string): void => {
  if (type >= FIRST_VENDOR_TYPE) {
    connection.error(hislipErrors.unknownVendorMessage, `there is no vendor message ${type}`);
    return;
  }
  const name = hislipTypeName(type);
  const reason =
    name === undefined
      ? `message type ${type} is not in HiSLIP 1.0, the version of this session`
      : `${name} (type ${type}) has no place on the ${channel} channel`;
  connection.error(hislipErrors.unknownType, reason);
};
