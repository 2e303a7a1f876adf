import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { OnlineClient } from '../support/online-client.js';
import { until } from './online-station.js';

const ROOT = join(import.meta.dirname, '../..');

/** A port that was free a moment ago. */
const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
};

describe('examples/troitsk-hv.yaml', () => {
  let directory: string;
  let child: ChildProcess;
  let ready: string;
  let words: string;

  /** In real time: the rack is set up 7 s after the start. */
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-troitsk-'));
    const program = [join(ROOT, 'cli/busbar.ts'), 'serve', join(ROOT, 'examples/troitsk-hv.yaml')];
    const [online, web, gpib] = await Promise.all([freePort(), freePort(), freePort()]);
    const ports = { HV_PORT: online, HV_WEB_PORT: web, HV_GPIB_PORT: gpib };
    const started = spawn(process.execPath, ['--import', 'tsx/esm', ...program], {
      cwd: ROOT,
      env: { ...process.env, ...ports, HV_DATA: join(directory, 'data'), BUSBAR_STATE: join(directory, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    words = '';
    started.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const [line] = (await once(createInterface({ input: started.stdout }), 'line')) as [string];
    ready = line;
  });

  after(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  it('starts as it stands, serves Online, and leaves quietly', async () => {
    expect(ready, words).to.match(/^ready http:\/\/127\.0\.0\.1:\d+\/ online=tcp:\/\/127\.0\.0\.1:\d+ /);
    const socket = connect(Number(/online=tcp:\/\/127\.0\.0\.1:(\d+)/.exec(ready)?.[1]), '127.0.0.1');
    const online = new OnlineClient(socket);
    await until('the first measurement', () => online.metas.length > 0, 20_000);
    expect(online.metas[0]).to.include({ answer_type: 'get_voltage', block: 1 });
    expect(online.metas[0]?.['voltage']).to.be.closeTo(1.2632, 0.1);
    online.send({ type: 'command', command_type: 'set_voltage', block: '1', voltage: 500 });
    await until('the answer', () => online.answers.length > 0);
    expect(online.answers[0]).to.include({ answer_type: 'set_voltage', block: '1', status: 'ok' });
    socket.destroy();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
    expect(words).not.to.match(/ (warn|error) /);
    const [file = ''] = readdirSync(join(directory, 'data/HV'));
    expect(file).to.match(/^\d\d-\d\d-\d\d-virtual\.tsv$/);
    expect(readFileSync(join(directory, 'data/HV', file), 'utf8')).to.match(
      /^timestamp\tHV\n\d\d:\d\d:\d\d\.\d{6}\t1\.\d/,
    );
  }).timeout(60_000);
});
