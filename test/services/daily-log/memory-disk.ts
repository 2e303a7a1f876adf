import type { LogFile, OpenFile } from '../../../services/daily-log/append-whole.js';

/** Files in memory, on a disk that can run full in the middle of a write, be read-only, or hang. */
export class MemoryDisk {
  readonly files = new Map<string, string>();
  readonly directories: string[] = [];
  /** Characters that still fit. */
  room = Infinity;
  isReadOnly = false;
  isHanging = false;
  openFiles = 0;
  opened = 0;

  readonly makeDirectory = (path: string): Promise<void> => {
    this.directories.push(path);
    return Promise.resolve();
  };

  readonly open: OpenFile = async (path) => {
    if (this.isHanging) await new Promise(() => undefined);
    if (this.isReadOnly) throw new Error('EROFS: read-only file system');
    this.openFiles += 1;
    this.opened += 1;
    return this.#fileAt(path);
  };

  text(path: string): string {
    return this.files.get(path) ?? '';
  }

  #fileAt(path: string): LogFile {
    return {
      size: () => Promise.resolve(this.text(path).length),
      tail: (from) => Promise.resolve(this.text(path).slice(from)),
      write: (text) => this.#write(path, text),
      truncate: (size) => {
        this.room += this.text(path).length - size;
        this.files.set(path, this.text(path).slice(0, size));
        return Promise.resolve();
      },
      close: () => {
        this.openFiles -= 1;
        return Promise.resolve();
      },
    };
  }

  #write(path: string, text: string): Promise<void> {
    const fitting = text.slice(0, this.room);
    this.room -= fitting.length;
    this.files.set(path, this.text(path) + fitting);
    return fitting === text ? Promise.resolve() : Promise.reject(new Error('ENOSPC: no space left on device'));
  }
}
