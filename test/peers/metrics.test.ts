import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { ServedStation } from './served-station.js';
import { simulatedSupply } from './simulated-supply.js';

const ROOT = join(import.meta.dirname, '../..');
const WAIT_MS = 20_000;

type Series = { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] };

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const found = await ask().catch(() => undefined); // it may not listen yet
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${WAIT_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** A block of YAML of the guide, as a reader copies it. */
const blockWith = (key: string): string => {
  const page = readFileSync(join(ROOT, 'docs/guide/metrics.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
  return blocks.find((text) => text.startsWith(`${key}:`)) ?? '';
};

/** What the board of an example asks for, with its variables filled in. */
const boardQueries = (): readonly string[] => {
  const text = readFileSync(join(ROOT, 'examples/grafana/busbar-psu.json'), 'utf8');
  const board = JSON.parse(text) as { readonly panels: readonly { readonly targets?: readonly { expr: string }[] }[] };
  const queries = board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  return queries.map((query) => query.replaceAll('$psu', '.*').replaceAll('$channel', '.*'));
};

describe('a real Prometheus', () => {
  let directory: string;
  let supply: SimulatedInstrument;
  let instrument: InstrumentServer;
  let station: ServedStation;
  let prometheus: ChildProcess;
  let target: string;
  let base: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-metrics-'));
    supply = simulatedSupply();
    instrument = createScpiSocketServer(
      { host: '127.0.0.1', port: 0, instrument: supply },
      { clock: systemClock, log: new MemoryLog() },
    );
    const [resource = ''] = await instrument.start();
    const config = join(directory, 'lab.yaml');
    writeFileSync(
      config,
      `station: { name: lab }
managers:
  bench: { kind: psu, driver: keysight-e36300, model: E36313A, resource: '${resource}', channels: { 1: { name: "co\\\\re \\"A\\"" } } }
connectors:
  web:
    kind: http
    port: 0
    psudaemon: { units: { psu1: { manager: bench, model: 'Keysight Technologies,E36313A' } } }
`,
    );
    station = new ServedStation(config, directory);
    target = new URL((await station.ready())['console'] ?? '').host;
    await until('the supply', async () => (await scrape()).includes('psu_channel_voltage_volts{') || undefined);
    base = `127.0.0.1:${await freePort()}`;
    const scraping = join(directory, 'prometheus.yml');
    writeFileSync(scraping, blockWith('scrape_configs').replace('127.0.0.1:8080', target).replace('5s', '1s'));
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${scraping}`,
        `--storage.tsdb.path=${join(directory, 'tsdb')}`,
        `--web.listen-address=${base}`,
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    await until('the first scrape', async () => (await query('up == 1'))[0]);
  });

  after(async () => {
    if (prometheus.exitCode === null) {
      prometheus.kill('SIGKILL');
      await once(prometheus, 'exit');
    }
    await station.end('SIGTERM');
    await instrument.stop();
    supply.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const scrape = async (): Promise<string> => await (await fetch(`http://${target}/busbar/metrics`)).text();
  const query = async (expression: string): Promise<readonly Series[]> => {
    const answer = await fetch(`http://${base}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const body = (await answer.json()) as { status: string; error?: string; data: { result: readonly Series[] } };
    if (body.status !== 'success') throw new Error(`${expression}: ${body.error ?? ''}`);
    return body.data.result;
  };

  it('finds nothing to complain about in names, help and types (promtool)', async () => {
    const complaints = execFileSync('promtool', ['check', 'metrics'], { input: await scrape(), encoding: 'utf8' });
    expect(complaints).to.equal('');
  });

  it('takes the rules of the guide', () => {
    const rules = join(directory, 'rules.yml');
    writeFileSync(rules, blockWith('groups'));
    expect(execFileSync('promtool', ['check', 'rules', '--lint-fatal', rules], { encoding: 'utf8' })).to.match(
      /SUCCESS: 5 rules found/,
    );
  });

  it('reads every sample: a name with quotes and a backslash is that name', async () => {
    const [found] = await query('psu_channel_voltage_volts{channel="1"}');
    expect(found?.metric).to.include({ psu: 'psu1', channel: '1', name: 'co\\re "A"' });
    expect(Math.abs(Number(found?.value[1]))).to.be.below(0.1);
    expect(await query('psu_channel_voltage_volts')).to.have.length(3);
    expect(await query('scrape_samples_scraped'))
      .to.have.nested.property('[0].value[1]')
      .not.equal('0');
  });

  it('has what the board of PSUDaemon asks for, by its labels', async () => {
    for (const family of ['voltage', 'voltage_limit', 'current', 'current_limit', 'state']) {
      const [found, ...more] = await query(`channel_data_${family}{psu="psu1",index="2"}`);
      expect(found?.metric, family).to.include({ model: 'E36313A', name: 'CH2', serial: 'MY61004803' });
      expect(more).to.be.empty;
    }
  });

  it('understands every question of our own board, and answers them', async () => {
    const withoutEvents = /increase|quantile/; // need two scrapes at least
    for (const expression of boardQueries()) {
      const found = await query(expression);
      if (!withoutEvents.test(expression)) expect(found, expression).to.not.be.empty;
    }
  });

  it('computes percentiles from the histogram of round trips', async () => {
    const [found] = await until('two scrapes', async () => {
      const series = await query('histogram_quantile(0.5, sum by (le) (rate(psu_scpi_roundtrip_seconds_bucket[5s])))');
      return Number(series[0]?.value[1]) > 0 ? series : undefined;
    });
    expect(Number(found?.value[1])).to.be.within(0, 1);
  });

  it('sees a gap and psu_online 0 when the supply is away', async () => {
    await instrument.stop();
    await until('offline', async () => (await query('psu_online == 0'))[0]);
    expect(await query('psu_channel_voltage_volts')).to.be.empty;
    expect(await query('channel_data_voltage')).to.be.empty;
    expect(await query('up == 1')).to.have.length(1);
  });
});
