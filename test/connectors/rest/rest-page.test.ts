import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { healthSection } from '../../../connectors/http/health-section.js';
import { restSection } from '../../../connectors/rest/rest-section.js';
import { statusOf } from '../../../connectors/transports/http-problem.js';
import { isJsonObject, type Json } from '../../../core/json-value.js';
import { RestLab } from './rest-lab.js';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../../docs/protocols', path), 'utf8');
const page = read('rest.md');

type Exchange = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  readonly type: string;
  readonly answer: Json;
};

/** `-> METHOD url`, headers, a body; `<- status type`, a body. */
const exchangesIn = (conversation: string): readonly Exchange[] =>
  conversation.split(/^-> /m).flatMap((text) => {
    const [request = '', response] = text.split(/^<- /m);
    if (response === undefined) return [];
    const [first = '', ...more] = request.trim().split('\n');
    const [method = '', url = ''] = first.split(' ');
    const headers = more
      .flatMap((line) => [/^([A-Za-z-]+): (.*)$/.exec(line) ?? []])
      .filter(({ length }) => length > 0);
    const [head = '', answer = 'null'] = response.trim().split('\n');
    const [status = '', type = ''] = head.split(' ');
    return [
      {
        method,
        url,
        headers: Object.fromEntries(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value])),
        body: more.find((line) => line.startsWith('{')),
        status: Number(status),
        type,
        answer: JSON.parse(answer) as Json,
      },
    ];
  });

/** The value with `…` wherever the page leaves something out. */
const asShown = (value: Json | undefined, shown: Json | undefined): Json | undefined => {
  if (shown === '…') return shown;
  if (Array.isArray(value) && Array.isArray(shown)) {
    const items = shown as readonly Json[];
    return (value as readonly Json[]).map((item, index) => asShown(item, items[index]) ?? null);
  }
  if (!isJsonObject(value) || !isJsonObject(shown)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asShown(item, shown[key]) ?? null]));
};

describe('the page about the REST interface', () => {
  let lab: RestLab;
  beforeEach(async () => {
    lab = new RestLab();
    const rest = restSection(lab.part, { allowedOrigins: [], allowedHosts: [], outboxBytes: 2 ** 20 });
    await lab.open([rest, healthSection(lab.part, false)]);
  });
  afterEach(() => lab.close());

  it('shows requests as they are really answered', async () => {
    const exchanges = [...page.matchAll(/```conversation\n(.*?)```/gs)].flatMap(([, text = '']) => exchangesIn(text));
    expect(exchanges.length).to.be.above(6);
    for (const { method, url, headers, body, status, type, answer } of exchanges) {
      const request =
        body === undefined
          ? { headers }
          : { headers: { ...headers, 'content-type': 'application/json' }, payload: body };
      const got = await lab.ask({ method: method as 'GET' | 'PUT' | 'POST', url, ...request });
      const gotType = String(got.headers['content-type']).split(';')[0];
      expect([got.statusCode, gotType, asShown(JSON.parse(got.body) as Json, answer)], url).to.deep.equal([
        status,
        type,
        answer,
      ]);
    }
  });

  it('has every code, together with the page about errors, and its status', () => {
    const rows = [...`${read('errors.md')}${page}`.matchAll(/^\| `([A-Z_]+)` .*\| (\d{3}) \|$/gm)];
    expect(Object.fromEntries(rows.map(([, code = '', status]) => [code, Number(status)]))).to.deep.equal(statusOf);
  });
});
