import { connect, type Socket } from 'node:net';

/** Connections that ask one path again and again, the next question when the answer before is whole. */
export type HttpLoad = {
  /** Answers with status 200; any other throws. */
  readonly answered: () => number;
  readonly stop: () => void;
};

const HEADERS_END = '\r\n\r\n';

/** On raw sockets with the head looked at once an answer: an HTTP library on this side would bound the figure. Bodies have to
 *  come with a content-length. */
export const startHttpLoad = async (port: number, path: string, connections: number): Promise<HttpLoad> => {
  let count = 0;
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = await connected(port);
      const read = answerReader(() => {
        count += 1;
        socket.write(request);
      });
      socket.on('data', read);
      socket.write(request);
      return socket;
    }),
  );
  return {
    answered: () => count,
    stop: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};

const connected = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });

const answerReader = (onAnswer: () => void): ((chunk: Buffer) => void) => {
  let head = '';
  let missing = 0;
  return (chunk) => {
    let rest = chunk;
    if (missing === 0) {
      head += rest.toString('latin1');
      const end = head.indexOf(HEADERS_END);
      if (end === -1) return;
      if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(head.slice(0, end));
      const bodyAt = end + HEADERS_END.length;
      missing = bodyAt + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]) - head.length;
      head = '';
      rest = Buffer.alloc(0);
    }
    missing -= rest.length;
    if (missing === 0) onAnswer();
  };
};
