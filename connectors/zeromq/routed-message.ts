/** A message of a ROUTER socket: the way back to whoever sent it, and what it said. */
export type RoutedMessage = { readonly envelope: readonly Uint8Array[]; readonly body: readonly Uint8Array[] };

/** Identities before the delimiter: the client's own and one for each proxy on the way. */
const MAX_HOPS = 8;

/** Takes a message apart. A REQ socket puts an empty frame between envelope and body, a bare DEALER does not: then the envelope
 *  is the identity alone. The answer goes out behind the same envelope. */
export const splitRouted = (frames: readonly Uint8Array[]): RoutedMessage => {
  const delimiter = frames.findIndex((frame, index) => index > 0 && index <= MAX_HOPS && frame.length === 0);
  const bodyStart = delimiter < 0 ? 1 : delimiter + 1;
  return { envelope: frames.slice(0, bodyStart), body: frames.slice(bodyStart) };
};

const readable = /^[!-.0-~]{1,64}$/;

/** What a client is called in reports and as `origin.peer`: its routing id where it has chosen a readable one, else in hex. */
export const clientName = ({ envelope }: RoutedMessage): string =>
  envelope
    .filter((frame) => frame.length > 0)
    .map(identityName)
    .join('/');

const identityName = (identity: Uint8Array): string => {
  const bytes = Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength);
  const text = bytes.toString('latin1');
  return readable.test(text) && !text.startsWith('0x') ? text : `0x${bytes.toString('hex')}`;
};
