/** FIN and opcode 1: a whole text message in one frame (RFC 6455, 5.2). */
const TEXT = 0x81;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** A server's WebSocket frame around a text: not masked, so the same bytes do for every peer. */
export const textFrame = (text: string): Uint8Array => {
  const length = Buffer.byteLength(text);
  const header = headerBytes(length);
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = TEXT;
  switch (header) {
    case 2:
      frame[1] = length;
      break;
    case 4:
      frame[1] = LENGTH_16;
      frame.writeUInt16BE(length, 2);
      break;
    default:
      frame[1] = LENGTH_64;
      frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
};

const headerBytes = (length: number): 2 | 4 | 10 => {
  if (length < LENGTH_16) return 2;
  return length < 2 ** 16 ? 4 : 10;
};
