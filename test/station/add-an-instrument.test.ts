import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { check } from '../../cli/check.js';
import { seededRandom } from '../../core/random.js';
import { psuKind } from '../../managers/psu/psu.kind.js';
import { createInstrument } from '../../simulators/instrument/create-instrument.js';
import { allKinds } from '../../station/all-kinds.js';
import { readConfig } from '../../station/config/read-config.js';
import { createDriverFiles } from '../../station/driver-files.js';
import { FakeStation } from '../managers/fake-station.js';
import { playedLinks, playing } from '../support/played-link.js';

const NAME = 'siglent-spd1000x.yaml';
const RESOURCE = 'TCPIP::127.0.0.1::5025::SOCKET';
const page = readFileSync(join(import.meta.dirname, '../../docs/guide/add-an-instrument.md'), 'utf8');
const all = [...page.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, kind = '', text = '']) => ({ kind, text }));
const blocks = (kind: string): readonly string[] => all.flatMap((block) => (block.kind === kind ? [block.text] : []));
const [smallest = '', whole = ''] = blocks(`yaml ${NAME}`);
const [lab = ''] = blocks('yaml lab.yaml');
/** What the page shows of the program: lines of `busbar check`. */
const [good = '', slip = '', rest = ''] = blocks('');

describe('the guide to adding an instrument', () => {
  let directory: string;
  const write = (name: string, text: string): void => {
    writeFileSync(join(directory, name), text);
  };
  /** What `busbar check` prints, as seen from the folder of the file. */
  const checked = async (text: string): Promise<string> => {
    write(NAME, text);
    const printed: string[] = [];
    const lines = { out: (line: string) => printed.push(line), err: () => undefined };
    await check(join(directory, NAME), lines).catch(() => 'the lines are what counts');
    return printed.map((line) => `${line.replace(`${directory}/`, '')}\n`).join('');
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-guide-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('has no YAML that is not tried here', () => {
    const yaml = all.filter(({ kind }) => kind.startsWith('yaml')).map(({ text }) => text);
    expect(yaml).to.deep.equal([smallest, lab, whole]);
  });

  it('shows what is said by its smallest file', async () => {
    expect(await checked(smallest)).to.equal(good);
  });

  it('shows what a slip comes to', async () => {
    const wrong = smallest.replace('  voltageSetpoint: { ask', '  voltageSetPoint: { ask');
    expect(await checked(wrong.replace('voltage: { ask', 'voltage: { aks'))).to.equal(slip);
    expect(await checked(wrong)).to.equal(rest);
  });

  for (const [which, driver] of Object.entries({ smallest, whole }))
    it(`has a config for its ${which} file`, async () => {
      write(NAME, driver);
      write('lab.yaml', lab);
      const registries = { ...allKinds, drivers: createDriverFiles(directory) };
      expect(await readConfig({ path: join(directory, 'lab.yaml'), env: {}, registries })).to.have.property(
        'type',
        'config',
      );
    });

  describe('lets the reader', () => {
    let station: FakeStation;
    const start = async (driver: string): Promise<void> => {
      write(NAME, driver);
      const { clock } = station;
      const drivers = createDriverFiles(directory);
      const file = drivers.read(`./${NAME}`);
      const instrument = createInstrument({ name: 'it', file, model: 'SPD1305X', clock, random: seededRandom(1) });
      instrument.loads?.set(1, { ohms: 10 });
      const links = playedLinks(clock, () => playing(instrument));
      const context = { ...station.context('bench', links), drivers };
      await station.start(psuKind.create({ driver: `./${NAME}`, resource: RESOURCE }, context));
      await clock.pass(5_000);
    };
    const call = async (command: string, args: { readonly [name: string]: number | boolean }) => {
      const sent = station.send('bench', command, args, 1);
      await station.clock.pass(5_000);
      return sent;
    };
    const newest = (parameter: string) => station.newest(`bench/1/${parameter}`)?.value;

    beforeEach(() => {
      station = new FakeStation();
    });

    afterEach(async () => {
      await station.stop();
    });

    it('set, measure and be refused, by the smallest file', async () => {
      await start(smallest);
      expect((await call('configure', { voltageSetpoint: 5, enabled: true })).text()).to.equal(undefined);
      expect(newest('voltage')).to.be.closeTo(5, 0.01);
      expect((await call('setVoltageSetpoint', { value: 31 })).text()).to.equal('value 31 V is outside 0..30 V');
    });

    it('see the current limit at work, by the whole file', async () => {
      await start(whole);
      await call('configure', { voltageSetpoint: 5, enabled: true });
      expect([newest('enabled'), newest('mode')]).to.deep.equal([true, 'cv']);
      await call('setCurrentLimit', { value: 0.2 });
      expect([newest('enabled'), newest('mode')]).to.deep.equal([true, 'cc']);
      expect(newest('voltage')).to.be.closeTo(2, 0.01);
    });

    it('set each word of the whole file, and read it back', async () => {
      await start(whole);
      for (const sense of ['remote', 'local']) {
        const sent = station.send('bench', 'setSense', { value: sense }, 1);
        await station.clock.pass(5_000);
        expect(sent.text()).to.equal(undefined);
        expect(newest('sense')).to.equal(sense);
      }
    });
  });
}).timeout(10_000); // kinds are loaded when they are used first
