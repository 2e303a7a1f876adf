import { connect, type Socket } from 'node:net';

const HEADER_BYTES = 30;
const META_LENGTH_AT = 14;
const DATA_LENGTH_AT = 22;

/** A command packed by the rules of the Envelope, without our encoder: 4 blanks, sorted keys, as Online writes it. */
export const packCommand = (meta: object): Buffer => {
  const text = Buffer.from(`${JSON.stringify(meta, null, 4)}\n\r\n`);
  const header = Buffer.from('232100014000000000000001000000000000000000000000000021230d0a', 'hex');
  header.writeUInt32BE(text.length, META_LENGTH_AT);
  return Buffer.concat([header, text]);
};

export const connectTo = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });

/** Counts whole Envelopes in a stream, by their lengths. */
export const envelopeCounter = (): ((chunk: Buffer) => number) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let offset = 0;
    let count = 0;
    for (;;) {
      if (bytes.length - offset < HEADER_BYTES) break;
      const end =
        offset +
        HEADER_BYTES +
        bytes.readUInt32BE(offset + META_LENGTH_AT) +
        bytes.readUInt32BE(offset + DATA_LENGTH_AT);
      if (end > bytes.length) break;
      offset = end;
      count += 1;
    }
    rest = bytes.subarray(offset);
    return count;
  };
};
