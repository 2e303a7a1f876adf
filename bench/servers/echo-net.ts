import { createServer, type AddressInfo } from 'node:net';

/** Plain echo. With `json`: cuts Envelopes by length, parses each meta and writes it again, one write a chunk. */
const isJson = process.argv[2] === 'json';
const HEADER_BYTES = 30;

const answerAll = (bytes: Buffer): { readonly answers: Buffer[]; readonly rest: Buffer } => {
  const answers: Buffer[] = [];
  let offset = 0;
  while (bytes.length - offset >= HEADER_BYTES) {
    const end = offset + HEADER_BYTES + bytes.readUInt32BE(offset + 14);
    if (end > bytes.length) break;
    const meta: unknown = JSON.parse(bytes.toString('utf8', offset + HEADER_BYTES, end));
    const text = Buffer.from(JSON.stringify(meta, null, 4));
    const header = Buffer.from(bytes.subarray(offset, offset + HEADER_BYTES));
    header.writeUInt32BE(text.length, 14);
    answers.push(header, text);
    offset = end;
  }
  return { answers, rest: bytes.subarray(offset) };
};

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (!isJson) {
      socket.write(chunk);
      return;
    }
    const { answers, rest: left } = answerAll(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = left;
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready ${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => {
  process.exit(0);
});
