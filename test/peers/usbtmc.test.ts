import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { toProblem, type Problem } from '../../core/errors.js';
import { silentLog } from '../../core/log.js';
import type { Call } from '../../core/parameter.js';
import { parseResource } from '../../core/wire/visa-resource.js';
import type { Road } from '../../managers/links/road.js';
import { openUsbtmcDevice } from '../../managers/links/usbtmc/usbtmc-device.js';
import { usbtmcRequests } from '../../managers/links/usbtmc/usbtmc-requests.js';
import { createUsbtmcRoad } from '../../managers/links/usbtmc/usbtmc.road.js';
import { systemClock } from '../../station/system-clock.js';

/** How many bytes can be read (asm-generic/ioctls.h): a request that every terminal understands. */
const FIONREAD = 0x541b;

/** A pseudo-terminal in place of the device file: reading blocks and requests reach a driver of the kernel, which is another. */
describe('the USBTMC road on a device file that is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-usbtmc-'));
  let socat: ChildProcess;
  let instrument: FileHandle;
  let road: Road;

  const ours = join(directory, 'ours');
  const theirs = join(directory, 'theirs');
  const call = (ms = 2_000): Call => ({
    signal: new AbortController().signal,
    deadline: systemClock.monotonic() + ms,
  });
  const context = { clock: systemClock, random: () => 0.5, log: silentLog, boards: {}, claim: () => () => undefined };
  const kind = createUsbtmcRoad({ openDevice: () => openUsbtmcDevice(ours) });
  const openRoad = (): Promise<Road> => kind.open(parseResource('/dev/usbtmc0'), {}, context, call());
  const heard = async (): Promise<string> => {
    const { buffer, bytesRead } = await instrument.read(Buffer.alloc(1_024), 0, 1_024, null);
    return buffer.toString('latin1', 0, bytesRead);
  };

  beforeEach(async () => {
    socat = spawn('socat', [`pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${theirs}`]);
    for (let tries = 0; tries < 200 && (await stat(theirs).catch(() => undefined)) === undefined; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    instrument = await open(theirs, 'r+');
    road = await openRoad();
  });

  afterEach(async () => {
    const ended = once(socat, 'exit');
    if (socat.exitCode === null && socat.signalCode === null) {
      socat.kill();
      await ended;
    }
    await road.close();
    await instrument.close();
  });

  after(() => {
    rmSync(directory, { recursive: true });
  });

  it('writes a message, and reads an answer', async () => {
    await road.send(Buffer.from('*IDN?'), call());
    expect(await heard()).to.equal('*IDN?');
    await instrument.write('Keysight,1\n');
    expect(Buffer.from(await road.receive(call())).toString()).to.equal('Keysight,1');
  });

  it('blocks neither the event loop nor the files of others while instruments are silent', async () => {
    const others = [await openRoad(), await openRoad()];
    const readings = [road, ...others].map((one) => one.receive(call(400)).catch(toProblem));
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    const startedAt = performance.now();
    await readdir(directory);
    expect(performance.now() - startedAt).to.be.below(200);
    const ends = await Promise.all(readings);
    clearInterval(timer);
    expect(ticks).to.be.above(20);
    for (const end of ends) expect(end).to.include({ code: 'TIMEOUT' });
    socat.kill(); // ends what is still being read
    await Promise.all(others.map((other) => other.close()));
  });

  it('is lost when its other end is', async () => {
    const lost = new Promise<Problem>((resolve) => road.lost.subscribe(resolve));
    const reading = road.receive(call(5_000)).catch(toProblem);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socat.kill();
    expect(await reading).to.include({ code: 'DISCONNECTED' });
    expect((await lost).message).to.match(/\(EIO\)/);
  });

  it('makes requests to the driver, and knows what it answers', async () => {
    const device = await openUsbtmcDevice(ours);
    await instrument.write('hello');
    const count = new Uint8Array(4);
    while (count[0] === 0) await device.request(FIONREAD, count);
    expect([...count]).to.deep.equal([5, 0, 0, 0]);
    const refused = await device.request(usbtmcRequests.clear).catch((thrown: unknown) => thrown);
    expect(refused).to.include({ code: 'ENOTTY' });
    await device.close();
  });

  it('is opened anew where the driver cannot clear', async () => {
    expect(await road.clear(call())).to.equal('reopen');
  });
});
