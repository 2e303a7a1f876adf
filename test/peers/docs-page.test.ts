import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { JsonObject } from '../../core/json-value.js';
import { HttpStation } from './http-station.js';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

describe('the page that explains the REST interface, in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let station: HttpStation;
  let complaints: string[];
  let hosts: Set<string>;

  before(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  after(() => browser.close());
  afterEach(async () => {
    await page.close();
    await station.stop();
  });

  const open = async (path: string, options: JsonObject = {}): Promise<void> => {
    station = await new HttpStation(options).start();
    complaints = [];
    hosts = new Set();
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:') hosts.add(host);
    });
    await page.goto(`${station.base}${path}`);
    await page.waitForSelector('.opblock-tag, .opblock');
  };

  it('has every manager, asks nobody but the station, and complains of nothing', async () => {
    await open('/busbar/docs');
    const tags = await page.locator('.opblock-tag').all();
    const names = await Promise.all(tags.map((tag) => tag.getAttribute('data-tag')));
    expect(names).to.deep.equal(['all managers', 'psu']);
    expect([...hosts]).to.deep.equal([new URL(station.base).host]);
    expect(complaints).to.deep.equal([]);
  });

  it('sets a voltage from the page', async () => {
    await open('/busbar/docs/#/psu/psu_channel_setNow');
    const operation = page.locator('#operations-psu-psu_channel_setNow');
    await operation.locator('select').first().selectOption('1');
    await operation.locator('textarea').fill('{"voltage": 4}');
    await operation.locator('button.execute').click();
    await operation.locator('.live-responses-table .response-col_status:has-text("200")').waitFor();
    expect(station.table.setpoints.get(1)).to.equal(4);
    expect(complaints).to.deep.equal([]);
  });

  it('of PSUDaemon is its own, with files from the same port', async () => {
    await open('/docs', { psudaemon: {} });
    const paths = await page.locator('.opblock-summary-path').allTextContents();
    expect(paths.map((path) => path.replaceAll('\u200b', ''))).to.include('/monitoring/channels');
    expect([...hosts]).to.deep.equal([new URL(station.base).host]);
    expect(complaints.filter((text) => !text.includes('404'))).to.deep.equal([]); // it has no favicon, as the original
  });
});
