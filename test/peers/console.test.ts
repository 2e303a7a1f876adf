import { expect } from 'chai';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { ConsoleStation } from './console-station.js';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const desktop = { width: 1440, height: 900 };
const phone = { width: 375, height: 812 };
const VOLTAGE = '[aria-label="hv channel 1"] .tile:has-text("voltage") output';
const FIELD = '#hv-setVoltage-voltage';

/** A number as the page prints it. */
const numberIn = (text: string): number => Number(text.replaceAll('\u202f', '').replace('\u2212', '-'));

describe('the console in Chromium', () => {
  let station: ConsoleStation;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What went wrong in the page, and whom it asked. */
  let complaints: string[];
  let hosts: Set<string>;

  const open = async (hash = '', options: BrowserContextOptions = {}): Promise<void> => {
    context = await browser.newContext({ viewport: desktop, colorScheme: 'dark', ...options });
    page = await context.newPage();
    page.setDefaultTimeout(8_000);
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
    await page.goto(`${station.url}${hash}`);
    await page.waitForSelector('.link.is-open');
  };
  const until = (expression: string): Promise<unknown> => page.waitForFunction(expression);
  const voltage = async (): Promise<number> => numberIn((await page.textContent(VOLTAGE)) ?? '');

  before(async () => {
    station = new ConsoleStation();
    await station.start();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });

  beforeEach(() => {
    complaints = [];
    hosts = new Set();
  });

  afterEach(async () => {
    await context.close();
  });

  after(async () => {
    await station.remove();
    await browser.close();
  });

  it('shows every manager of the station with live values', async () => {
    await open();
    await page.waitForSelector('main section[aria-label="station"]');
    const first = await page.textContent(VOLTAGE);
    await until(
      `document.querySelector('[aria-label="hv channel 1"] output').textContent !== ${JSON.stringify(first)}`,
    );
    expect(complaints).to.deep.equal([]);
  });

  it('shows the health of the station and its connections', async () => {
    await open('#/connections');
    await page.waitForSelector('.peer:has-text("native")');
    expect(await page.textContent('.vitals')).to.match(/loop lag\s+[\d.]+ ms\s+memory\s+[\d.]+ MB/);
  });

  it('asks nobody but its own station', async () => {
    await open('#/manager/hv');
    await page.waitForSelector('.u-over');
    expect([...hosts]).to.deep.equal([new URL(station.url).host]);
  });

  it('works at the root of the port as well', async () => {
    await open('../');
    expect(await page.textContent('.station-name')).to.equal('test-lab');
    expect(complaints).to.deep.equal([]);
  });

  it('sets a voltage through the form and shows the answer', async () => {
    await open('#/manager/hv');
    await page.fill(FIELD, '1500');
    await page.press(FIELD, 'Enter');
    await page.waitForSelector('form[aria-label="hv setVoltage"] .done');
    await until(
      `Math.abs(Number(document.querySelector('.tile output').textContent.replace('\u202f', '')) - 1500) < 5`,
    );
    expect(Math.abs((await voltage()) - 1_500)).to.be.below(5);
    expect(complaints).to.deep.equal([]);
  });

  it('refuses a voltage beyond the limits before it is sent, and names them', async () => {
    await open('#/manager/hv');
    await page.fill(FIELD, '30000');
    await page.press(FIELD, 'Enter');
    const form = page.locator('form[aria-label="hv setVoltage"]');
    expect(await form.locator('.problem').textContent()).to.contain('voltage 30000 V is outside 0..26000 V');
    expect(await form.locator('.range').textContent()).to.equal('0 … 26\u202f000 V');
    expect(await page.locator('.message-log .message.kind-command').count()).to.equal(0);
    expect(await page.getAttribute(FIELD, 'aria-invalid')).to.equal('true');
  });

  it('has other limits for the other channel', async () => {
    await open('#/manager/hv');
    await page.check('input[name="channel-of-hv"] >> nth=1', { force: true });
    await page.fill(FIELD, '1500');
    expect(await page.textContent('form[aria-label="hv setVoltage"] .problem')).to.contain('is outside 0..900 V');
  });

  it("shows the station's own words when it refuses", async () => {
    await open('#/manager/hv');
    await page.fill('#hv-refresh-parameter', 'nonsense');
    await page.press('#hv-refresh-parameter', 'Enter');
    const words = await page.textContent('form[aria-label="hv refresh"] .refused');
    expect(words).to.match(/^▲ BAD_ARGUMENT: .*nonsense/);
  });

  it('takes a rack to zero by the keyboard alone', async () => {
    await open('#/manager/hv');
    await page.fill(FIELD, '1500');
    await page.press(FIELD, 'Enter');
    await page.waitForSelector('form[aria-label="hv setVoltage"] .done');
    await page.focus('#safe-hv');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#safe-hv .outcome:has-text("safe")');
    await page.waitForSelector('[aria-label="hv channel 1"] .tile:has-text("voltageSetpoint") output:text-is("0")');
  });

  it('reaches the stop of everything with the second press of Tab, and by Alt+0 from anywhere', async () => {
    await open('#/manager/hv');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).to.equal('stop-all');
    await page.focus(FIELD);
    await page.keyboard.press('Alt+0');
    await page.waitForSelector('#stop-all .outcome:has-text("safe")');
  });

  it('draws what was read before the page was opened', async () => {
    await open('#/manager/hv');
    await page.waitForSelector('.u-over');
    await page.click('.kind-protocol');
    const reply = page.locator('.message.kind-protocol:has-text("station history"):has-text("points")').first();
    await reply.waitFor();
    await reply.locator('.line').click();
    expect(await reply.locator('pre').textContent()).to.match(/"points": \[\s+\[\s+\d+,/);
  });

  it('holds the plots and lets them run again', async () => {
    await open('#/manager/hv');
    await page.click('.plots .run');
    expect(await page.textContent('.held')).to.match(/^held, \d\d:\d\d:\d\d to \d\d:\d\d:\d\d$/);
    await page.click('button[aria-label="Zoom in"]');
    await page.click('.plots .run.is-held');
    await page.waitForSelector('.held', { state: 'detached' });
  });

  it('zooms into what is dragged over', async () => {
    await open('#/manager/hv');
    const box = await page.locator('.u-over').boundingBox();
    if (box === null) throw new Error('the plot is not on the screen');
    await page.mouse.move(box.x + box.width / 2, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 5, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector('.held');
  });

  it('finds a message by words in its JSON, and shows it raw', async () => {
    await open('#/manager/hv');
    await page.fill(FIELD, '321');
    await page.press(FIELD, 'Enter');
    await page.fill('input[type="search"]', 'SETVOLTAGE 321 reply');
    const found = page.locator('.message.kind-reply').first();
    await found.locator('.line').click();
    expect(await found.locator('pre').textContent()).to.contain('"voltage": 321');
  });

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`is ${colorScheme} where the system is, until somebody chooses`, async () => {
      const other = colorScheme === 'dark' ? 'light' : 'dark';
      const lightness = `getComputedStyle(document.documentElement).colorScheme`;
      await open('', { colorScheme });
      expect(await page.evaluate(lightness)).to.equal(colorScheme);
      while ((await page.getAttribute('html', 'data-theme')) !== other) await page.click('.theme');
      expect(await page.evaluate(lightness)).to.equal(other);
      await page.reload();
      await page.waitForSelector('.link.is-open');
      expect(await page.evaluate(lightness)).to.equal(other);
    });
  }

  it('fits a telephone without scrolling sideways, the stop on the screen in every view', async () => {
    await open('', { viewport: phone, hasTouch: true });
    await page.waitForSelector('main section');
    const widths: Record<string, unknown> = {};
    for (const hash of ['#/overview', '#/manager/hv', '#/manager/station', '#/connections', '#/messages']) {
      await page.click(`.rail a[href="${hash}"]`);
      await page.waitForSelector(`.rail a[href="${hash}"][aria-current="page"]`);
      widths[hash] = await page.evaluate('document.documentElement.scrollWidth');
      expect(await page.isVisible('#stop-all')).to.be.true;
    }
    expect(new Set(Object.values(widths)), JSON.stringify(widths)).to.deep.equal(new Set([phone.width]));
    expect(complaints).to.deep.equal([]);
  });

  it('says that it is cut off, marks the values, and comes back by itself', async () => {
    await open('#/manager/hv');
    await page.waitForSelector('.tile.is-good');
    await station.stop();
    await page.waitForSelector('.link-banner:has-text("Not connected since")');
    expect(await page.textContent('.link-banner')).to.match(/ttempt \d+/);
    await page.waitForSelector('.tile.is-cut-off:has-text("last seen")');
    await page.click('#safe-hv');
    expect(await page.textContent('.rail .safe-failure')).to.match(/^\s*DISCONNECTED: /);
    await station.start();
    await page.waitForSelector('.link.is-open');
    await page.waitForSelector('.tile.is-good');
    expect(await page.locator('.link-banner').count()).to.equal(0);
  });
});
