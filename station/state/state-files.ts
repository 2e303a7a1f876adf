import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '../../core/bus.js';
import { STATION } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { StationSettings } from '../config/station-config.js';
import { printJsonEntry } from '../log/log-entry.js';
import type { LogTarget } from '../log/winston-log.js';
import { startAudit } from './audit.js';
import { isBrokenDisk } from './broken-disk.js';
import { LineFile } from './line-file.js';
import type { LockFile } from './lock-file.js';
import { lockState } from './state-lock.js';

export type StateFilesOptions = {
  readonly directory: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: StationSettings['log'];
};

/** The files of a station besides its archive: the log, the audit, and the lock that keeps a second station off. */
export type StateFiles = {
  readonly logTarget: LogTarget;
  /** Writes what waits, lets the directory go. Never rejects. */
  readonly close: () => Promise<void>;
};

const MAX_WAITING_BYTES = 2 ** 20;

/** Opens the state directory. Errors: LOCKED when another station has it, DEVICE_FAULT when it cannot be used at all. */
export const openStateFiles = ({ directory, bus, clock, settings }: StateFilesOptions): StateFiles => {
  const alarm = (name: string, isActive: boolean, message: string): void => {
    bus.streamOf(STATION).publish({ type: 'alarm', alarm: name, isActive, severity: 'warning', message });
  };
  const lines = (name: string, path: string, rotation?: { readonly bytes: number; readonly keep: number }): LineFile =>
    new LineFile({
      path,
      clock,
      maxWaitingBytes: MAX_WAITING_BYTES,
      ...(rotation === undefined ? {} : { rotation }),
      onFailing: (reason) => {
        alarm(name, true, `cannot be written, control goes on: ${reason}`);
      },
      onWorking: (dropped) => {
        alarm(name, false, `is written again; lines lost: ${dropped}`);
      },
    });

  const lock = takeDirectory(directory);
  const audit = lines('auditFile', join(directory, 'audit.jsonl'));
  const auditing = startAudit(bus, (line) => {
    audit.append(line);
  });
  const { fileBytes, files } = settings;
  const log = lines('logFile', join(directory, 'logs', 'busbar.jsonl'), { bytes: fileBytes, keep: files });
  return {
    logTarget: (entry) => {
      if (fileBytes > 0) log.append(printJsonEntry(entry));
    },
    close: async () => {
      auditing.unsubscribe();
      await Promise.all([audit.close(), log.close()]);
      lock?.release();
    },
  };
};

/** Undefined: the disk takes nothing now, so nothing can be locked; the files raise the alarm. */
const takeDirectory = (directory: string): LockFile | undefined => {
  try {
    mkdirSync(join(directory, 'logs'), { recursive: true, mode: 0o700 });
    return lockState(directory);
  } catch (thrown) {
    if (thrown instanceof HardwareError) throw thrown;
    if (isBrokenDisk(thrown)) return undefined;
    const advice = 'name another one by BUSBAR_STATE';
    throw new HardwareError(
      'DEVICE_FAULT',
      `the state directory cannot be used, ${advice}: ${toProblem(thrown).message}`,
    );
  }
};
