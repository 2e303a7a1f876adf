import { expect } from 'chai';
import { healthSection } from '../../../connectors/http/health-section.js';
import { bodyOf, RestLab } from '../rest/rest-lab.js';

describe('the health of a station', () => {
  let lab: RestLab;
  beforeEach(async () => {
    lab = new RestLab();
    await lab.open([healthSection(lab.part, true)]);
  });
  afterEach(() => lab.close());

  const ready = async (query = ''): Promise<readonly [number, unknown]> => {
    const answer = await lab.get(`/busbar/health/ready${query}`);
    return [answer.statusCode, bodyOf(answer)];
  };

  it('is live while the process answers', async () => {
    const answer = await lab.get('/busbar/health/live');
    expect([answer.statusCode, answer.body, answer.headers['cache-control']]).to.deep.equal([
      200,
      '{"status":"live"}',
      'no-store',
    ]);
  });

  it('is ready, with the state of each manager', async () => {
    expect(await ready()).to.deep.equal([200, { status: 'ready', managers: { psu: 'online' } }]);
  });

  it('is at the root too', async () => {
    for (const path of ['/health/live', '/health/ready']) expect((await lab.get(path)).statusCode).to.equal(200);
  });

  it('stays ready while an instrument is away: a restart would not bring it back', async () => {
    lab.table.unplug();
    await lab.clock.pass(100);
    expect(await ready()).to.deep.equal([200, { status: 'ready', managers: { psu: 'offline' } }]);
  });

  it('is not ready while the station stops', async () => {
    lab.bus.close();
    expect(await ready()).to.deep.equal([503, { status: 'stopping', managers: { psu: 'online' } }]);
  });

  describe('asked for certain managers', () => {
    for (const query of ['?managers=psu', '?managers=*', '?managers=psu&managers=psu', '?managers=', '?other=1']) {
      it(`is ready when all of ${query} are online`, async () => {
        expect((await ready(query))[0]).to.equal(200);
      });
    }

    for (const query of ['?managers=psu', '?managers=*', '?managers=,psu,']) {
      it(`is not ready when one of ${query} is away`, async () => {
        lab.table.unplug();
        await lab.clock.pass(100);
        expect(await ready(query)).to.deep.equal([503, { status: 'offline', managers: { psu: 'offline' } }]);
      });
    }

    it('is not ready when one does not exist', async () => {
      const managers = { psu: 'online', hv: 'unknown' };
      expect(await ready('?managers=psu,hv')).to.deep.equal([503, { status: 'offline', managers }]);
    });
  });
});

describe('the health of a station beside a dialect that has the root', () => {
  it('is under /busbar alone', async () => {
    const lab = new RestLab();
    await lab.open([healthSection(lab.part, false)]);
    const statuses = [await lab.get('/health/live'), await lab.get('/busbar/health/live')];
    await lab.close();
    expect(statuses.map(({ statusCode }) => statusCode)).to.deep.equal([404, 200]);
  });
});
