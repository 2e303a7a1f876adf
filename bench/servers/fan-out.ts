import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A bare loop of prepared gathered writes: `messages` of 130 bytes joined beforehand, written to every client,
 *  each turn of the event loop (period 0) or every `periodMs`. A client that is behind is left out until it drains.
 *  With a stamp, the first 8 bytes of each write carry the send time (ms, double) for latency. */
const messages = Number(process.argv[2]);
const messageBytes = Number(process.argv[3]);
const periodMs = Number(process.argv[4]);
const clients = new Set<Socket>();
const prepared = Buffer.alloc(messages * messageBytes, 0x20);

const round = (): void => {
  let burst: Buffer = prepared;
  if (periodMs > 0) {
    burst = Buffer.from(prepared);
    burst.writeDoubleBE(performance.timeOrigin + performance.now(), 0);
  }
  for (const client of clients) if (!client.writableNeedDrain) client.write(burst);
};
const loop = (): void => {
  round();
  setImmediate(loop);
};

const server = createServer({ noDelay: true, highWaterMark: 65536 }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clients.delete(socket));
  clients.add(socket);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready ${(server.address() as AddressInfo).port}`);
  if (periodMs > 0) setInterval(round, periodMs);
  else loop();
});
process.on('SIGTERM', () => {
  process.exit(0);
});
