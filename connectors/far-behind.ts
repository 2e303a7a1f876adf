import type { Outbox } from '../core/outbox.js';

const PAUSE_BYTES = 2 ** 18;

/** A peer that is behind is not listened to while this much waits for it: it would only ask for more. */
export const isFarBehind = ({ isBehind, waitingBytes }: Outbox): boolean => isBehind && waitingBytes > PAUSE_BYTES;
