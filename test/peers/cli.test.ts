import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';

const PROGRAM = join(import.meta.dirname, '../../dist/cli/busbar.js');

const GOOD = `
station: { name: peers }
managers:
  hv:
    kind: hv
    driver: virtual
    blocks: 2
    limits: { minimum: 0, maximum: 26000 }
    settlingMs: 10
    measuringPeriodMs: 50
connectors:
  web: { kind: http, port: 0 }
`;

type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

describe('the command line, against a real station', () => {
  let directory: string;
  let station: ChildProcess;
  let url: string;

  const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    new Promise<Outcome>((resolve) => {
      const options = { cwd: directory, env: { ...process.env, BUSBAR_URL: url, ...env }, timeout: 15_000 };
      const child = execFile(program, args, options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  const busbar = (...args: readonly string[]) => run(process.execPath, [PROGRAM, ...args]);

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-cli-'));
    writeFileSync(join(directory, 'good.yaml'), GOOD);
    writeFileSync(join(directory, 'bad.yaml'), GOOD.replace('blocks: 2', 'blcks: 2'));
    station = spawn(process.execPath, [PROGRAM, 'serve', 'good.yaml'], {
      cwd: directory,
      env: { ...process.env, BUSBAR_STATE: join(directory, 'state') },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (station.stdout === null) throw new Error('the station has no stdout');
    const lines = createInterface(station.stdout);
    const [ready] = (await once(lines, 'line')) as [string];
    url = /web=(\S+)/.exec(ready)?.[1] ?? '';
  });

  after(async () => {
    const ended = once(station, 'close');
    station.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });

  type Case = readonly [does: string, args: readonly string[], code: number, shows: RegExp];
  const cases: readonly Case[] = [
    ['sets and shows what was measured', ['set', 'hv/1/voltage', '100'], 0, /hv\/1\/voltage/],
    [
      'shows the limits when a value is outside',
      ['set', 'hv/1/voltage', '30000'],
      1,
      /30000 V is outside 0\.\.26000 V/,
    ],
    ['names the manager that is not there', ['set', 'hw/1/voltage', '1'], 1, /there is no manager/],
    ['gets a reading', ['get', 'hv/1/voltage'], 0, /^hv\/1\/voltage {2}\S+ V\n$/],
    ['says what there is when an address is unknown', ['get', 'hv/9/voltage'], 1, /hv has the channels 1, 2/],
    ['wants an address', ['get'], 2, /missing required argument/],
    ['says that no station is there', ['--url', 'http://127.0.0.1:1', 'get', 'hv/1/voltage'], 3, /no station answers/],
    ['calls a command', ['call', 'hv/1', 'setVoltage', '200'], 0, /\S/],
    ['names the commands when one is unknown', ['call', 'hv/1', 'setVoltages', '1'], 1, /did you mean "setVoltage"/],
    ['watches as many lines as wanted', ['watch', 'hv/1/voltage', '-n', '2'], 0, /^(.+ hv\/1\/voltage .+\n){2}$/],
    ['refuses to watch what is not there', ['watch', 'hv/9/voltage'], 1, /nothing to watch/],
    ['describes a manager', ['describe', 'hv'], 0, /channels: 1, 2/],
    ['shows the log', ['log'], 0, /station is ready/],
    ['refuses a level that is none', ['log', '-l', 'loud'], 2, /Allowed choices/],
    ['refuses more lines than there can be', ['log', '-n', '1001'], 2, /1000 lines/],
    ['reloads', ['reload'], 0, /\{/],
    ['stops everything, a line each', ['stop-all'], 0, /^hv\s+safe$/m],
    ['calls a good config good', ['check', 'good.yaml'], 0, /good \(managers: hv;/],
    ['lists what is wrong with a config', ['check', 'bad.yaml'], 1, /did you mean "blocks"/],
    ['does not serve a bad config', ['serve', 'bad.yaml'], 1, /did you mean "blocks"/],
    ['says its version', ['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    ['lists addresses for the shell', ['complete', '--', 'get', 'h'], 0, /^hv\/1\/voltage$/m],
    ['has no completion for an unknown shell', ['completion', 'tcsh'], 2, /there are: bash, zsh, fish/],
  ];

  for (const [does, args, code, shows] of cases)
    it(`${does}: busbar ${args.join(' ')}`, async () => {
      const outcome = await busbar(...args);
      expect(outcome.stdout + outcome.stderr).to.match(shows);
      expect(outcome.code).to.equal(code);
    });

  it('describes as JSON', async () => {
    const { stdout } = await busbar('describe', '--json');
    expect(JSON.parse(stdout)).to.be.an('array').with.nested.property('[0].commands');
  });

  it('watches as JSON, an object a line', async () => {
    const { stdout } = await busbar('watch', 'hv/1/voltage', '--json', '-n', '1');
    expect(JSON.parse(stdout)).to.include({ type: 'reading', topic: 'hv/1/voltage' });
  });

  it('ends well when the reader of its output has gone', async () => {
    const words = '"$0" "$1" watch "hv/*/voltage" | head -n 1; echo "${PIPESTATUS[0]}"';
    const { stdout } = await run('bash', ['-c', words, process.execPath, PROGRAM]);
    expect(stdout).to.match(/\n0\n$/);
  });

  it('gives bash a script that loads', async () => {
    const words = 'source <("$0" "$1" completion bash) && complete -p busbar';
    const { stdout, code } = await run('bash', ['-c', words, process.execPath, PROGRAM]);
    expect([code, stdout]).to.deep.equal([0, 'complete -o default -F _busbar busbar\n']);
  });
}).timeout(20_000);
