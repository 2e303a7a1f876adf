import type { Decode } from '../../core/codec.js';
import { noBytes } from '../../core/wire/bytes.js';

const requestLines = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'CONNECT', 'TRACE'].map(
  (method) => `${method} `,
);
const LONGEST = Math.max(...requestLines.map(({ length }) => length));

/** The same stream, unless it begins as an HTTP request: then it is refused for good, because the body of a request that any
 *  web page may make could hold whatever the page likes. */
export const refusingHttp = <Frame>(decode: Decode<Frame>): Decode<Frame> => {
  return (bytes) => {
    const opening = Buffer.from(bytes.subarray(0, LONGEST)).toString('latin1');
    if (requestLines.some((line) => opening.startsWith(line)))
      return { frames: [{ type: 'bad', problem: PROBLEM, isFatal: true }], rest: noBytes, next: deaf };
    if (requestLines.some((line) => line.startsWith(opening))) return { frames: [], rest: bytes };
    return { next: decode, ...decode(bytes) };
  };
};

const PROBLEM = 'this port speaks Envelopes, not HTTP';

const deaf: Decode<never> = () => ({ frames: [], rest: noBytes });
