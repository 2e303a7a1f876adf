import type { Duplex } from 'node:stream';

/** Resolves when the stream is closed, at once when it is already; never rejects. */
export const closeStream = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) resolve();
    else
      stream
        .once('close', () => {
          resolve();
        })
        .destroy();
  });
