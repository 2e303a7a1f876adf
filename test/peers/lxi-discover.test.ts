import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIMULATE = 'simulate keysight-e36300 --model E36313A --host 0.0.0.0 --portmapper 111';

/** `lxi discover` shouts into every network of the computer: here there is none but a loopback of our own. */
describe('a simulated supply on the network', () => {
  let supply: ChildProcess;
  let firstLine: string;
  beforeEach(async () => {
    const script = `ip link set lo up && exec '${process.execPath}' --import tsx cli/busbar.ts ${SIMULATE}`;
    supply = spawn('unshare', ['--net', 'sh', '-c', script], { cwd: ROOT, stdio: ['pipe', 'pipe', 'ignore'] });
    if (supply.stdout === null) throw new Error('no output');
    const lines = createInterface({ input: supply.stdout });
    firstLine = String(await Promise.race([once(lines, 'line'), once(supply, 'exit')]));
  });
  afterEach(async () => {
    if (supply.exitCode !== null) return;
    const ended = once(supply, 'exit');
    supply.kill('SIGTERM');
    await ended;
  });
  const lxi = async (...args: readonly string[]): Promise<string> =>
    (await run('nsenter', [`--net=/proc/${supply.pid}/ns/net`, 'lxi', ...args])).stdout;

  it('is found by lxi-tools, and answers under the address where it was found', async () => {
    expect(firstLine).to.equal('TCPIP0::127.0.0.1::inst0::INSTR');
    const found = await lxi('discover', '-t', '1');
    expect(found).to.match(/Found "Keysight Technologies,E36313A,[^"]*" on address 127\.0\.0\.1/);
    expect(await lxi('scpi', '-a', '127.0.0.1', '*IDN?')).to.match(/^Keysight Technologies,E36313A,/);
  });
});
