import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogFile, OpenFile } from './append-whole.js';

/** Files of this machine. Nothing here blocks the event loop. */
export const openNodeFile: OpenFile = async (path) => fileOf(await openOrMake(path));

/** Makes the directory only when it is missing: it may be removed while the station runs. */
const openOrMake = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'a+');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    await makeNodeDirectory(dirname(path));
    return open(path, 'a+');
  }
};

export const makeNodeDirectory = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true });
};

const fileOf = (handle: FileHandle): LogFile => ({
  size: async () => (await handle.stat()).size,
  tail: async (from) => {
    const buffer = Buffer.alloc((await handle.stat()).size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, bytesRead);
  },
  write: (text) => handle.appendFile(text),
  truncate: (size) => handle.truncate(size),
  close: () => handle.close(),
});
