import { expect } from 'chai';
import { restSection } from '../../../connectors/rest/rest-section.js';
import { isJsonObject, type Json } from '../../../core/json-value.js';
import { bodyOf, RestLab } from './rest-lab.js';

const API = '/busbar/api';
const SETPOINT = `${API}/managers/psu/channels/1/readings/voltageSetpoint`;
const VOLTAGE = `${API}/managers/psu/channels/1/readings/voltage`;

describe('the REST interface', () => {
  let lab: RestLab;
  beforeEach(async () => {
    lab = new RestLab();
    await lab.open([restSection(lab.part, { allowedOrigins: [], allowedHosts: [], outboxBytes: 2 ** 20 })]);
  });
  afterEach(() => lab.close());

  const readingsIn = (body: { readonly readings?: Json }): readonly Json[] =>
    Array.isArray(body.readings) ? (body.readings as readonly Json[]) : [];

  describe('what there is', () => {
    it('begins with the addresses', async () => {
      expect(bodyOf(await lab.get(`${API}/`))).to.deep.include({ managers: `${API}/managers` });
      expect((await lab.get(API)).statusCode).to.equal(200);
    });

    it('lists every manager with its channels', async () => {
      expect(bodyOf(await lab.get(`${API}/managers`)))
        .to.have.nested.property('managers[0].channels')
        .deep.equal([1, 2]);
    });

    it('describes a manager, and sends it once', async () => {
      const first = await lab.get(`${API}/managers/psu`);
      expect(bodyOf(first)).to.have.nested.property('parameters.voltage.unit', 'V');
      const tag = String(first.headers.etag);
      const second = await lab.get(`${API}/managers/psu`, { 'if-none-match': tag });
      expect([second.statusCode, second.body]).to.deep.equal([304, '']);
    });

    it('describes it anew when it has changed', async () => {
      const tag = String((await lab.get(`${API}/managers/psu`)).headers.etag);
      lab.table.unplug();
      await lab.clock.pass(1_000);
      expect((await lab.get(`${API}/managers/psu`, { 'if-none-match': tag })).statusCode).to.equal(200);
    });
  });

  describe('a reading', () => {
    it('comes from the snapshot: with unit, quality, time and age, without traffic', async () => {
      await lab.clock.pass(300);
      const asked = lab.table.asked.length;
      const reading = bodyOf(await lab.get(VOLTAGE));
      expect(reading).to.deep.include({ manager: 'psu', channel: 1, parameter: 'voltage', value: 0, unit: 'V' });
      expect(reading).to.deep.include({ quality: 'good', time: '2026-01-15T12:00:00.000Z', ageMs: 300 });
      expect(lab.table.asked.length).to.equal(asked);
    });

    it('is asked of the instrument with ?fresh=true, and of nothing else', async () => {
      lab.table.measured = 4.5;
      const asked = lab.table.asked.length;
      expect(bodyOf(await lab.get(`${VOLTAGE}?fresh=true`))).to.include({ value: 4.5, ageMs: 0 });
      expect(lab.table.asked.slice(asked)).to.deep.equal(['read voltage 1 #1']);
    });

    it('is not sent again to who has it', async () => {
      const tag = String((await lab.get(VOLTAGE)).headers.etag);
      expect((await lab.get(VOLTAGE, { 'if-none-match': `"other", ${tag}` })).statusCode).to.equal(304);
      await lab.clock.pass(1_000);
      expect((await lab.get(VOLTAGE, { 'if-none-match': tag })).statusCode).to.equal(200);
    });

    it('is null, bad and with its reason while the instrument is away', async () => {
      lab.table.unplug();
      await lab.clock.pass(100);
      const body = bodyOf(await lab.get(VOLTAGE));
      expect(body).to.include({ value: null, quality: 'bad' });
      expect(body).to.have.nested.property('problem.code', 'DISCONNECTED');
    });

    it('comes with the others of its channel, of its manager, of a pattern', async () => {
      const of = async (path: string): Promise<readonly Json[]> => readingsIn(bodyOf(await lab.get(API + path)));
      expect(await of('/managers/psu/channels/2/readings')).to.have.length(2);
      expect(await of('/managers/psu/readings')).to.have.length(4);
      expect(await of('/snapshot?topics=psu/*/voltage')).to.have.length(2);
      expect(await of('/snapshot?topics=psu/1/voltage,psu/2/voltage&topics=psu/1/voltageSetpoint')).to.have.length(3);
    });

    for (const [what, path, code, words] of [
      ['manager', '/managers/nobody/readings', 'UNKNOWN_MANAGER', 'there are: psu'],
      ['channel', '/managers/psu/channels/9/readings', 'UNKNOWN_CHANNEL', 'it has: 1, 2'],
      ['parameter', '/managers/psu/channels/1/readings/volt', 'NOT_FOUND', 'there are: voltage, voltageSetpoint'],
      ['place for a parameter', '/managers/psu/readings/voltage', 'NOT_FOUND', 'it is one of each channel'],
      ['path', '/managers/psu/volts', 'NOT_FOUND', 'there is nothing at'],
    ] as const) {
      it(`says what there is instead of an unknown ${what}`, async () => {
        const answer = await lab.get(API + path);
        expect(answer.statusCode).to.equal(404);
        expect(answer.headers['content-type']).to.match(/^application\/problem\+json/);
        expect(bodyOf(answer)).to.include({ status: 404, code, type: `urn:busbar:error:${code}` });
        expect(bodyOf(answer)['detail']).to.contain(words);
      });
    }
  });

  describe('a value', () => {
    it('is written through the gate and answered with what was read back', async () => {
      const answer = await lab.request('PUT', SETPOINT, { value: 5 });
      expect([answer.statusCode, bodyOf(answer)['value']]).to.deep.equal([200, 5]);
      expect(lab.table.setpoints.get(1)).to.equal(5);
      expect(lab.answers.at(-1)?.command.origin).to.deep.include({ connector: 'web' });
      expect(lab.answers.at(-1)?.command.origin.peer).to.match(/^127\.0\.0\.1:\d+#http-\d+$/);
    });

    it('outside the limits is refused with 422, and nothing is written', async () => {
      const answer = await lab.request('PUT', SETPOINT, { value: 26 });
      expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([422, 'OUT_OF_RANGE']);
      expect(bodyOf(answer)['detail']).to.contain('26 V is outside 0..25 V');
      expect(lab.table.countOf('write')).to.equal(0);
    });

    for (const [what, body] of [
      ['no value', {}],
      ['more than a value', { value: 1, unit: 'V' }],
      ['a text', { value: 'five' }],
      ['a list', [5]],
      ['nothing', undefined],
    ] as const) {
      it(`is wanted in {"value": ...}, not ${what}`, async () => {
        const answer = await lab.request('PUT', SETPOINT, body);
        expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([422, 'BAD_ARGUMENT']);
      });
    }

    it('that is measured cannot be set', async () => {
      const answer = await lab.request('PUT', VOLTAGE, { value: 5 });
      expect([answer.statusCode, answer.headers.allow]).to.deep.equal([405, 'GET, HEAD']);
    });

    it('is written over what the client has seen', async () => {
      const tag = String((await lab.get(SETPOINT)).headers.etag);
      await lab.get(`${SETPOINT}?fresh=true`); // read again, the same
      expect((await lab.request('PUT', SETPOINT, { value: 5 }, { 'if-match': tag })).statusCode).to.equal(200);
    });

    it('is not written over what somebody else has written meanwhile', async () => {
      const tag = String((await lab.get(SETPOINT)).headers.etag);
      await lab.request('PUT', SETPOINT, { value: 7 });
      const answer = await lab.request('PUT', SETPOINT, { value: 5 }, { 'if-match': tag });
      expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([412, 'CHANGED']);
      expect(bodyOf(answer)['detail']).to.contain('it is 7 now');
      expect(lab.table.setpoints.get(1)).to.equal(7);
    });

    it('is written by one of two that have seen the same and write at once', async () => {
      const tag = String((await lab.get(SETPOINT)).headers.etag);
      lab.table.answerMs = 0;
      const both = await Promise.all(
        [5, 6].map((value) => lab.request('PUT', SETPOINT, { value }, { 'if-match': tag })),
      );
      expect(both.map(({ statusCode }) => statusCode)).to.deep.equal([200, 412]);
    });
  });

  describe('a command', () => {
    const SET = `${API}/managers/psu/channels/1/commands/setNow`;

    it('is answered with the value of its reply', async () => {
      const answer = await lab.request('POST', SET, { voltage: 3 });
      expect([answer.statusCode, bodyOf(answer)]).to.deep.equal([200, { voltage: 3 }]);
    });

    it('of a whole manager needs neither channel nor body', async () => {
      const answer = await lab.request('POST', `${API}/managers/psu/commands/makeSafe`);
      expect([answer.statusCode, bodyOf(answer)]).to.deep.equal([200, {}]);
    });

    it('runs once for one Idempotency-Key', async () => {
      const headers = { 'idempotency-key': 'a-1' };
      const answers = [
        await lab.request('POST', SET, { voltage: 3 }, headers),
        await lab.request('POST', SET, { voltage: 3 }, headers),
      ];
      expect(answers.map(bodyOf)).to.deep.equal([{ voltage: 3 }, { voltage: 3 }]);
      expect(lab.table.countOf('write')).to.equal(1);
    });

    it('of the same key for another channel is another command', async () => {
      const headers = { 'idempotency-key': 'a-1' };
      await lab.request('POST', SET, { voltage: 3 }, headers);
      await lab.request('POST', SET.replace('channels/1', 'channels/2'), { voltage: 3 }, headers);
      expect(lab.table.countOf('write')).to.equal(2);
    });

    it('that is not wanted any more is not begun', async () => {
      const answer = await lab.request('POST', `${SET}?validUntilMs=1000`, { voltage: 3 });
      expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([412, 'EXPIRED']);
      expect(lab.table.countOf('write')).to.equal(0);
    });

    it('is not waited for longer than the client wants', async () => {
      lab.table.answerMs = 2_000;
      lab.stepMs = 50;
      const answer = await lab.request('POST', `${SET}?timeoutMs=500`, { voltage: 3 });
      expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([504, 'TIMEOUT']);
      expect(bodyOf(answer)['detail']).to.contain('it is not aborted by this');
      await lab.clock.pass(5_000);
      expect(lab.table.setpoints.get(1)).to.equal(3);
    });

    for (const [what, path, body, status, code] of [
      ['unknown', `${API}/managers/psu/commands/fly`, {}, 404, 'BAD_COMMAND'],
      ['without its channel', `${API}/managers/psu/commands/setNow`, { voltage: 1 }, 404, 'UNKNOWN_CHANNEL'],
      ['with an unknown argument', SET, { voltage: 1, colour: 'red' }, 422, 'BAD_ARGUMENT'],
      ['with a list for arguments', SET, [1], 422, 'BAD_ARGUMENT'],
      ['with a time-out that is none', `${SET}?timeoutMs=soon`, { voltage: 1 }, 422, 'BAD_ARGUMENT'],
    ] as const) {
      it(`that is ${what} is answered ${status}`, async () => {
        const answer = await lab.request('POST', path, body);
        expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([status, code]);
      });
    }

    it('to an instrument that is away is answered 503, and when to try again', async () => {
      lab.table.unplug();
      await lab.clock.pass(100);
      const answer = await lab.request('POST', SET, { voltage: 1 });
      expect([answer.statusCode, bodyOf(answer)['code'], answer.headers['retry-after']]).to.deep.equal([
        503,
        'DISCONNECTED',
        '1',
      ]);
    });
  });

  describe('a request', () => {
    const url = `${API}/managers/psu/channels/1/commands/setNow`;
    const post = (payload: string, headers: Readonly<Record<string, string>> = {}) =>
      lab.ask({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });

    it('by a wrong method is told which there are', async () => {
      const answer = await lab.ask({ method: 'DELETE', url: SETPOINT });
      expect([answer.statusCode, answer.headers.allow]).to.deep.equal([405, 'GET, HEAD, PUT']);
      expect(bodyOf(answer)['code']).to.equal('METHOD_NOT_ALLOWED');
    });

    for (const [what, payload, status, code] of [
      ['no JSON', '{"voltage":', 400, 'BAD_MESSAGE'],
      ['NaN', '{"voltage":NaN}', 400, 'BAD_MESSAGE'],
      ['100 000 levels', '['.repeat(100_000), 400, 'BAD_MESSAGE'],
      ['over 1 MiB', `"${'x'.repeat(2 ** 20)}"`, 413, 'TOO_LARGE'],
    ] as const) {
      it(`with a body of ${what} is answered ${status}`, async () => {
        const answer = await post(payload);
        expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([status, code]);
        expect(lab.answers).to.be.empty;
      });
    }

    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      it(`of a form cannot command: ${type}`, async () => {
        const answer = await post('{"voltage":1}', { 'content-type': type });
        expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([415, 'UNSUPPORTED_MEDIA']);
        const empty = await lab.ask({
          method: 'POST',
          url: `${API}/managers/psu/commands/makeSafe`,
          headers: { 'content-type': type, 'content-length': '0' },
        });
        expect(empty.statusCode).to.equal(415);
        expect(lab.answers).to.be.empty;
      });
    }

    it('of a foreign page cannot command, whatever it sends', async () => {
      for (const origin of ['http://evil.example', 'null']) {
        const answer = await post('{"voltage":1}', { origin });
        expect([answer.statusCode, bodyOf(answer)['code']]).to.deep.equal([403, 'FORBIDDEN']);
      }
      const rebound = { origin: 'http://evil.example', host: 'evil.example' };
      expect((await post('{"voltage":1}', rebound)).statusCode).to.equal(403);
      expect(lab.answers).to.be.empty;
    });

    it('of our own page can', async () => {
      const own = { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' };
      expect((await post('{"voltage":1}', own)).statusCode).to.equal(200);
    });

    it('gets no word that would let a foreign page read the answer', async () => {
      const { headers } = await lab.get(VOLTAGE, { origin: 'http://evil.example' });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.be.empty;
    });
  });

  it('answers what a body of JSON has that no number of JavaScript can say', async () => {
    lab.bus
      .streamOf('psu')
      .publish({ type: 'reading', channel: 1, parameter: 'serial', value: 2n ** 60n, quality: 'good', timeMs: 0 });
    const answer = await lab.get(`${API}/managers/psu/channels/1/readings/serial`);
    expect(answer.body).to.contain('"value":1152921504606846976');
    expect(isJsonObject(bodyOf(answer))).to.equal(true);
  });
});
