import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sleep } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import { MAX_OUTPUT_BYTES, shellRunner } from '../../managers/psu/shell-command.js';
import { systemClock } from '../../station/system-clock.js';

const run = shellRunner(systemClock);

describe('a shell command', () => {
  let controller: AbortController;
  let call: Call;

  beforeEach(() => {
    controller = new AbortController();
    call = { signal: controller.signal, deadline: Infinity };
  });

  const failure = async (work: Promise<unknown>): Promise<HardwareError> => {
    const thrown: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (thrown instanceof HardwareError) return thrown;
    throw new Error(`expected a HardwareError, got ${String(thrown)}`);
  };
  /** A killed process is reaped by its parent a moment later. */
  const isGone = async (pid: number): Promise<boolean> => {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2];
        if (state === 'Z') return true;
      } catch {
        return true;
      }
      await sleep(systemClock, 20, call.signal);
    }
    return false;
  };

  it('gives what it prints and how it ends', async () => {
    expect(await run('echo 1; echo oops >&2; exit 3', 5_000, call)).to.deep.equal({
      exitCode: 3,
      output: '1\n',
      complaint: 'oops',
    });
  });

  it('that runs as another user and cannot be ended is left to itself at its limit', async () => {
    const refused = Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    const unable = shellRunner(systemClock, () => {
      throw refused;
    });
    const reason = await failure(unable('sleep 1', 100, call));
    expect(reason.code).to.equal('TIMEOUT');
  });

  it('is ended at its limit with all that it has started', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'busbar-shell-'));
    const file = join(directory, 'pid');
    try {
      const reason = await failure(run(`sleep 60 & echo $! > '${file}'; sleep 60; true`, 300, call));
      expect(reason.code).to.equal('TIMEOUT');
      expect(await isGone(Number(readFileSync(file, 'utf8')))).to.equal(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is ended when it prints without end', async () => {
    const reason = await failure(run('yes', 10_000, call));
    expect(reason.message).to.equal(`"yes" printed more than ${MAX_OUTPUT_BYTES} bytes and was ended`);
  });

  it('is ended when nobody wants it any more', async () => {
    const work = run('sleep 60', 60_000, call);
    controller.abort(new HardwareError('STOPPING', 'the station is stopping'));
    expect((await failure(work)).code).to.equal('STOPPING');
    expect((await failure(run('true', 1_000, call))).code).to.equal('STOPPING');
  });

  it('says when it was killed', async () => {
    expect((await failure(run('kill -TERM $$', 5_000, call))).message).to.include('was ended by SIGTERM');
  });

  it('does not wait for what it leaves behind in the background', async () => {
    const { output } = await run('(sleep 60 >/dev/null 2>&1 &) ; echo done', 5_000, call);
    expect(output).to.equal('done\n');
  });
});
