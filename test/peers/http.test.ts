import { expect } from 'chai';
import { HttpStation, until } from './http-station.js';

const API = '/busbar/api/managers/psu';
const VOLTAGE = `${API}/channels/1/readings/voltage`;
const SETPOINT = `${API}/channels/1/readings/voltageSetpoint`;
const SET = `${API}/channels/1/commands/setNow`;

type Problem = { readonly status: number; readonly code: string; readonly detail: string };

describe('the HTTP port, over the wire', () => {
  let station: HttpStation;
  beforeEach(async () => {
    station = await new HttpStation({ channel: { blocks: { '1': 'psu/1' } } }).start();
  });
  afterEach(() => station.stop());

  const problem = async (asked: Promise<Response>): Promise<readonly [number, string, string]> => {
    const answer = await asked;
    const { status, code } = (await answer.json()) as Problem;
    return [status, code, answer.headers.get('content-type')?.split(';')[0] ?? ''];
  };
  const PROBLEM = 'application/problem+json';

  it('lists its listeners: itself, the native protocol, the words of the HV page', async () => {
    const other = new HttpStation({ channel: { blocks: { '1': 'psu/1' } } });
    const names = (await other.connector.start()).map(({ name }) => name);
    await other.connector.stop();
    expect(names).to.deep.equal(['web', 'web/native', 'web/channel']);
  });

  it('sends a reading once to who has it', async () => {
    const first = await station.fetch(VOLTAGE);
    expect(await first.json()).to.include({ manager: 'psu', channel: 1, value: 0, unit: 'V', quality: 'good' });
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    const again = await station.fetch(VOLTAGE, { headers });
    expect([again.status, await again.text()]).to.deep.equal([304, '']);
  });

  it('asks the instrument when it is told to, and only then', async () => {
    station.table.measured = 4.25;
    const asked = station.table.countOf('read');
    await station.fetch(VOLTAGE);
    expect(station.table.countOf('read')).to.equal(asked);
    expect(await (await station.fetch(`${VOLTAGE}?fresh=true`)).json()).to.include({ value: 4.25 });
  });

  it('writes, and not over what somebody else has written', async () => {
    const tag = (await station.fetch(SETPOINT)).headers.get('etag') ?? '';
    const written = await station.put(SETPOINT, { value: 5 }, { 'if-match': tag });
    expect([written.status, ((await written.json()) as { value: number }).value]).to.deep.equal([200, 5]);
    const late = station.put(SETPOINT, { value: 6 }, { 'if-match': tag });
    expect(await problem(late)).to.deep.equal([412, 'CHANGED', PROBLEM]);
    expect(station.table.setpoints.get(1)).to.equal(5);
  });

  it('runs a command once for one key, also when its connection was lost', async () => {
    const key = { 'idempotency-key': 'ramp-1' };
    station.table.answerMs = 50;
    const controller = new AbortController();
    const body = JSON.stringify({ voltage: 3 });
    const headers = { 'content-type': 'application/json', ...key };
    const lost = station.fetch(SET, { method: 'POST', body, headers, signal: controller.signal });
    await until('the command', () => station.table.countOf('write') > 0);
    controller.abort();
    expect(await lost.catch(() => 'aborted')).to.equal('aborted');
    expect(await (await station.post(SET, { voltage: 3 }, key)).json()).to.deep.equal({ voltage: 3 });
    expect(station.table.countOf('write')).to.equal(1);
  });

  describe('says in problem details', () => {
    it('404 for what is not there', async () => {
      expect(await problem(station.fetch(`${API}x/readings`))).to.deep.equal([404, 'UNKNOWN_MANAGER', PROBLEM]);
      expect(await problem(station.fetch(`${API}/nothing`))).to.deep.equal([404, 'NOT_FOUND', PROBLEM]);
      expect(await problem(station.post(`${API}/commands/fly`, {}))).to.deep.equal([404, 'BAD_COMMAND', PROBLEM]);
    });

    it('405 for a method that is not', async () => {
      expect(await problem(station.fetch(SETPOINT, { method: 'DELETE' }))).to.include(405);
      expect((await station.fetch(SETPOINT, { method: 'OPTIONS' })).headers.get('allow')).to.equal('GET, HEAD, PUT');
    });

    it('400 for no JSON, 413 for too much of it, 415 for a form, 422 for what does not fit', async () => {
      const post = (body: string, type = 'application/json') =>
        problem(station.fetch(SET, { method: 'POST', body, headers: { 'content-type': type } }));
      expect(await post('{"voltage":')).to.deep.equal([400, 'BAD_MESSAGE', PROBLEM]);
      expect(await post('['.repeat(1_000_000))).to.deep.equal([400, 'BAD_MESSAGE', PROBLEM]);
      expect(await post(`"${'x'.repeat(2 ** 20)}"`)).to.deep.equal([413, 'TOO_LARGE', PROBLEM]);
      expect(await post('voltage=5', 'application/x-www-form-urlencoded')).to.include(415);
      expect(await post('{"voltage":"five"}')).to.deep.equal([422, 'BAD_ARGUMENT', PROBLEM]);
      expect(await post('{"voltage":26}')).to.deep.equal([422, 'OUT_OF_RANGE', PROBLEM]);
      expect(station.table.countOf('write')).to.equal(0);
    });

    it('409 while the output is busy', async () => {
      station.table.answerMs = 200;
      const first = station.post(SET, { voltage: 1 });
      await until('the first', () => station.table.countOf('write') > 0);
      expect(await problem(station.post(SET, { voltage: 2 }))).to.deep.equal([409, 'BUSY', PROBLEM]);
      expect((await first).status).to.equal(200);
    });

    it('503 while the instrument is away, and that it may be asked again', async () => {
      station.table.unplug();
      await until('offline', () => station.bus.manager('psu')?.state === 'offline');
      const answer = await station.post(SET, { voltage: 1 });
      expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1']);
      expect(await (await station.fetch(VOLTAGE)).json()).to.include({ value: null, quality: 'bad' });
    });

    it('403 to a page of somebody else', async () => {
      const origin = { origin: 'http://evil.example' };
      expect(await problem(station.post(SET, { voltage: 1 }, origin))).to.deep.equal([403, 'FORBIDDEN', PROBLEM]);
      expect(await problem(station.fetch('/busbar/api/events', { headers: origin }))).to.include(403);
      expect(station.table.countOf('write')).to.equal(0);
    });
  });

  it('describes to HEAD what it would send', async () => {
    const head = await station.fetch(VOLTAGE, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).to.deep.equal([
      200,
      'application/json; charset=utf-8',
      '',
    ]);
    expect(head.headers.get('etag')).to.equal((await station.fetch(VOLTAGE)).headers.get('etag'));
  });

  it('is healthy, and wakes who asks for the managers', async () => {
    const status = async (query = ''): Promise<number> => (await station.fetch(`/health/ready${query}`)).status;
    expect([await status(), await status('?managers=psu')]).to.deep.equal([200, 200]);
    station.table.unplug();
    await until('offline', () => station.bus.manager('psu')?.state === 'offline');
    expect([await status(), await status('?managers=psu'), await status('?managers=*')]).to.deep.equal([200, 503, 503]);
    station.table.back();
    await until('online', async () => (await status('?managers=psu')) === 200);
    station.bus.close();
    expect([await status(), (await station.fetch('/health/live')).status]).to.deep.equal([503, 200]);
  });

  it('names who asks by the connection, the same for all of its requests', async () => {
    const peers: string[] = [];
    station.bus.commands.subscribe(({ origin }) => peers.push(origin.peer));
    const one = await station.raw();
    const name = `127.0.0.1:${one.socket.localPort ?? 0}#http-1`;
    const post = (peer: typeof one) => {
      peer.send(`POST ${SET} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', 'Content-Length: 13', '', '');
      peer.send('{"voltage":1}');
    };
    post(one);
    await one.answers(1);
    post(one);
    await one.answers(2);
    const other = await station.raw();
    post(other);
    await other.answers(1);
    expect([new Set(peers).size, peers[0] === peers[1]]).to.deep.equal([2, true]);
    expect(peers[0]).to.equal(name);
  });

  it('stops within a second with requests under way, which are told or cut', async () => {
    station.table.answerMs = 60_000;
    const asked = station.post(SET, { voltage: 1 }).then(
      ({ status }) => status,
      () => 'cut',
    );
    await until('the command', () => station.table.countOf('write') > 0);
    const startMs = performance.now();
    await station.connector.stop();
    expect(performance.now() - startMs).to.be.below(1_000);
    expect(await asked).to.equal('cut');
  });
});
