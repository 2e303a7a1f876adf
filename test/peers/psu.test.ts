import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { isJsonObject, type Json } from '../../core/json-value.js';
import { BenchStation } from './bench-station.js';
import { until } from './online-station.js';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const INSTRUMENTS = ['keysight', 'rigol', 'siglent', 'hp', 'meter'] as const;
const LAMP = '[aria-label="keysight channel 2"]';

/** The example `bench.yaml` as people meet it: command line, REST and console, over four roads to four supplies. */
describe('a bench of supplies', () => {
  let station: BenchStation;

  const busbar = (...args: readonly string[]) => station.busbar(...args);
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await busbar(...args);
    expect([code, stderr], args.join(' ')).to.deep.equal([0, '']);
    return stdout;
  };
  const rest = async (method: string, path: string, body?: string) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${station.url}busbar/api/managers/${path}`, {
      method,
      ...(body === undefined ? {} : { headers, body }),
    });
    const content = (await answer.json()) as Json;
    return { status: answer.status, content: isJsonObject(content) ? content : {} };
  };
  const fresh = async (place: string): Promise<Json | undefined> => {
    const [manager = '', ...others] = place.split('/');
    const parameter = others.pop() ?? '';
    const channel = others.length === 0 ? '' : `channels/${others.join('/')}/`;
    return (await rest('GET', `${manager}/${channel}readings/${parameter}?fresh=true`)).content['value'];
  };
  /** An output takes some 50 ms to rise. */
  const reaches = (place: string, value: number): Promise<void> =>
    until(`${place} at ${value}`, async () => Math.abs(Number(await fresh(place)) - value) < 0.01);
  const modelOf = async (manager: string): Promise<Json | undefined> => {
    const identity = (await fresh(`${manager}/identity`)) ?? null;
    return isJsonObject(identity) ? identity['model'] : undefined;
  };

  before(async () => {
    station = new BenchStation();
    await station.start();
    for (const manager of INSTRUMENTS) await until(manager, async () => (await modelOf(manager)) !== undefined);
  });

  afterEach(async () => {
    for (const output of ['1', '2']) await rest('POST', `keysight/channels/${output}/commands/clearProtection`, '{}');
    await rest('POST', 'simulated/channels/keysight/commands/setLoad', '{"output":2,"ohms":50}');
    await rest('PUT', 'keysight/channels/2/readings/overCurrentEnabled', '{"value":false}');
    await busbar('stop-all');
  });

  after(async () => {
    await station.remove();
  });

  it('starts without a complaint, each on a road of its own', async () => {
    expect(station.complaints).to.deep.equal([]);
    const models = await Promise.all(INSTRUMENTS.map(modelOf));
    expect(models).to.deep.equal(['E36313A', 'DP832', 'SPD3303X', '6632B', 'MODEL 2000']);
  });

  it('is set and read by the command line, and the meter across the lamp sees it', async () => {
    expect(await done('set', 'keysight/2/voltageSetpoint', '5')).to.match(/voltageSetpoint +5 V/);
    expect(await done('set', 'keysight/2/enabled', 'true')).to.match(/enabled +true/);
    await reaches('meter/reading', 5);
    expect(Number(await fresh('keysight/2/current'))).to.be.closeTo(0.1, 0.001);
    expect(await done('get', '--fresh', 'keysight/2/mode')).to.match(/keysight\/2\/mode +cv/);
  });

  it('sets each of the others over its own road', async () => {
    for (const [output, voltage] of [
      ['rigol/2', 12],
      ['siglent/1', 10],
      ['hp/1', 4],
    ] as const) {
      const answer = await done(
        'call',
        output,
        'configure',
        'currentLimit=1',
        `voltageSetpoint=${voltage}`,
        'enabled=true',
      );
      expect(JSON.parse(answer)).to.deep.equal({ currentLimit: 1, voltageSetpoint: voltage, enabled: true });
      await reaches(`${output}/voltage`, voltage);
    }
  });

  for (const value of ['3.7', 'NaN', 'Infinity', '1e308', 'five', '--', ''])
    it(`refuses ${JSON.stringify(value)} V by the command line`, async () => {
      expect((await busbar('set', 'keysight/1/voltageSetpoint', '--', value)).code).to.be.oneOf([1, 2]);
      expect(await fresh('keysight/1/voltageSetpoint')).to.equal(0);
    });

  for (const [body, status] of [
    ['{"value":3.7}', 422],
    ['{"value":1e999}', 400],
    ['{"value":-1e999}', 400],
    ['{"value":1e308}', 422],
    ['{"value":"3"}', 422],
    ['{"value":null}', 422],
    ['{"value":NaN}', 400],
  ] as const)
    it(`refuses ${body} by REST`, async () => {
      const { content, ...answer } = await rest('PUT', 'keysight/channels/1/readings/voltageSetpoint', body);
      expect(answer.status, JSON.stringify(content)).to.equal(status);
      expect(await fresh('keysight/1/voltageSetpoint')).to.equal(0);
    });

  it('ramps at the rate of the config, for all to watch', async () => {
    await done('call', 'rigol/1', 'configure', 'currentLimit=1', 'voltageSetpoint=0.5', 'enabled=true');
    const watched = busbar('watch', 'rigol/1/voltageSetpoint', '-n', '4');
    const started = Date.now();
    await done('set', 'rigol/1/voltageSetpoint', '1.5');
    expect(Date.now() - started).to.be.above(900);
    const volts = [...(await watched).stdout.matchAll(/([\d.]+) V/g)].map(([, text]) => Number(text));
    expect(volts).to.have.length(4);
    expect(volts).to.deep.equal([...volts].sort((one, other) => one - other));
  });

  it('trips when its load grows, says so, and is switched on again only when that is cleared', async () => {
    await done('call', 'keysight/2', 'configure', 'currentLimit=0.5', 'voltageSetpoint=5', 'enabled=true');
    await done('set', 'keysight/2/overCurrentEnabled', 'true');
    await done('call', 'simulated/keysight', 'setLoad', 'output=2', 'ohms=5');
    await until('it trips', async () => (await fresh('keysight/2/overCurrentTripped')) === true);
    expect(await fresh('keysight/2/enabled')).to.equal(false);
    const refused = await busbar('set', 'keysight/2/enabled', 'true');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('output 2 stays off: the over-current protection has tripped');
    const shown = await busbar('watch', 'keysight/$alarm', '-n', '1');
    expect(shown.stdout).to.contain('overCurrentTripped');
    await done('call', 'simulated/keysight', 'setLoad', 'output=2', 'ohms=50');
    await done('call', 'keysight/2', 'clearProtection');
    await done('set', 'keysight/2/enabled', 'true');
    await reaches('keysight/2/voltage', 5);
  });

  it('is off after STOP ALL, but for the magnet that is to be held', async () => {
    for (const output of ['keysight/2', 'rigol/2', 'siglent/1', 'hp/1'])
      await done('call', output, 'configure', 'currentLimit=1', 'voltageSetpoint=4', 'enabled=true');
    await done('stop-all');
    const states = await Promise.all(
      ['keysight/2', 'rigol/2', 'siglent/1', 'hp/1'].map((output) => fresh(`${output}/enabled`)),
    );
    expect(states).to.deep.equal([false, false, false, true]);
  });

  describe('in the console', () => {
    let browser: Browser;
    let page: Page;
    let complaints: string[];

    before(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    });

    beforeEach(async () => {
      complaints = [];
      page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      page.setDefaultTimeout(8_000);
      page.on('pageerror', ({ message }) => complaints.push(message));
      await page.goto(`${station.url}busbar/#/manager/keysight`);
      await page.waitForSelector('.link.is-open');
    });

    afterEach(async () => {
      await page.context().close();
    });

    after(async () => {
      await browser.close();
    });

    it('shows what people call an output, its unit, and what it can be set to', async () => {
      await page.waitForSelector(`${LAMP} .called:text-is("lamp")`);
      const tile = page.locator(`${LAMP} .tile:has(.parameter:text-is("voltageSetpoint"))`);
      expect(await tile.locator('.unit').textContent()).to.equal('V');
      expect(await tile.locator('.range').textContent()).to.equal('0\u202625.75');
    });

    it('switches an output on and off again', async () => {
      await page.check('input[name="channel-of-keysight"] >> nth=1', { force: true });
      await page.selectOption('#keysight-setEnabled-value', { label: 'on' });
      await page.click('form[aria-label="keysight setEnabled"] button[type="submit"]');
      await page.waitForSelector(`${LAMP} .tile.is-on:has(.parameter:text-is("enabled"))`);
      await page.click('#safe-keysight');
      await page.waitForSelector(`${LAMP} .tile.is-off:has(.parameter:text-is("enabled"))`);
      expect(complaints).to.deep.equal([]);
    });

    it('shows a trip to whoever looks, also afterwards, until it is cleared', async () => {
      await done('call', 'keysight/2', 'configure', 'currentLimit=0.5', 'voltageSetpoint=5', 'enabled=true');
      await done('set', 'keysight/2/overCurrentEnabled', 'true');
      await done('call', 'simulated/keysight', 'setLoad', 'output=2', 'ohms=5');
      const tripped = `${LAMP} .tile.is-alarm:has(.parameter:text-is("overCurrentTripped"))`;
      await page.waitForSelector(tripped);
      await page.reload();
      await page.waitForSelector(tripped);
      await page.waitForSelector('.alarms :text("the over-current protection has tripped")');
      await done('call', 'keysight/2', 'clearProtection');
      await page.waitForSelector(tripped, { state: 'detached' });
    });
  });
});
