import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Answer } from '../../../connectors/psudaemon/answer.js';
import { readPsudaemonOptions } from '../../../connectors/psudaemon/options.js';
import { PsudaemonRoutes } from '../../../connectors/psudaemon/routes.js';
import { Units } from '../../../connectors/psudaemon/units.js';
import { problem } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json-value.js';
import { silentLog } from '../../../core/log.js';
import type { Command } from '../../../core/message.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { FakeStation } from '../../managers/fake-station.js';

const UNITS = {
  psu1: { manager: 'psu1', model: 'Keysight Technologies,E36313A', uri: 'TCPIP::h::INSTR', pyvisaArgs: { timeout: 1 } },
  dead: { manager: 'dead', model: 'E36300', uri: 'TCPIP::d::INSTR' },
  mute: { model: 'external' },
} as const;

const jsonOf = ({ body }: Answer): JsonObject => JSON.parse(Buffer.from(body).toString()) as JsonObject;
const listOf = ({ body }: Answer): readonly JsonObject[] =>
  JSON.parse(Buffer.from(body).toString()) as readonly JsonObject[];

describe('the routes of PSUDaemon', () => {
  let station: FakeStation;
  let routes: PsudaemonRoutes;
  let units: Units;
  let commands: Command[];

  const serve = (options: JsonObject = {}): void => {
    units = new Units(station.bus, { units: UNITS });
    routes = new PsudaemonRoutes({
      bus: station.bus,
      units,
      clock: station.clock,
      log: silentLog,
      options: readPsudaemonOptions({ settings: { uvicorn: { port: 5000 } }, units: UNITS, ...options }),
      origins: { allowedOrigins: [], allowedHosts: [] },
    });
  };

  const ask = async (method: string, url: string, headers: { readonly origin?: string } = {}): Promise<Answer> => {
    const answer = routes.answer({
      method,
      url,
      headers: { host: '127.0.0.1:5000', ...headers },
      ask: (question) => station.bus.ask({ ...question, origin: { connector: 'test', peer: '1' } }),
    });
    await station.clock.pass(3_000);
    return answer;
  };

  beforeEach(async () => {
    station = new FakeStation();
    commands = [];
    station.bus.commands.subscribe((command) => commands.push(command));
    await station.start(psuKind.create({ driver: 'virtual', virtual: { loads: {} } }, station.context('psu1')));
    await station.clock.pass(1_000);
    serve();
  });

  afterEach(async () => {
    routes.close();
    units.close();
    await station.stop();
  });

  describe('units', () => {
    it('are listed in the order of the configuration, online or not', async () => {
      const list = listOf(await ask('GET', '/units'));
      expect(list.map(({ name, online }) => [name, online])).to.deep.equal([
        ['psu1', true],
        ['dead', false],
        ['mute', false],
      ]);
      expect(Object.keys(list[0] ?? {})).to.deep.equal(['name', 'model', 'uri', 'online']);
    });

    it('are shown one by one', async () => {
      expect(jsonOf(await ask('GET', '/units/dead'))).to.deep.equal({
        name: 'dead',
        model: 'E36300',
        uri: 'TCPIP::d::INSTR',
        online: false,
      });
    });

    it('have channels', async () => {
      const list = listOf(await ask('GET', '/units/psu1/channels'));
      expect(list.map(({ index }) => index)).to.deep.equal([1, 2, 3]);
    });
  });

  describe('reading', () => {
    it('costs no command', async () => {
      for (const path of ['/monitoring/channels', '/units/psu1/1', '/units/psu1/channels', '/units', '/settings'])
        expect((await ask('GET', path)).status, path).to.equal(200);
      expect(commands).to.be.empty;
    });

    it('asks the instrument when it is told to', async () => {
      expect((await ask('GET', '/units/psu1/1?fresh=true')).status).to.equal(200);
      expect(new Set(commands.map(({ command, channel }) => `${command} ${String(channel)}`))).to.deep.equal(
        new Set(['refresh 1']),
      );
    });

    it('leaves out what is away, and gives the rest', async () => {
      const list = listOf(await ask('GET', '/monitoring/channels'));
      expect(list.map((item) => [item['psu.name'], item['index']])).to.deep.equal([
        ['psu1', 1],
        ['psu1', 2],
        ['psu1', 3],
      ]);
    });

    it('says how old the oldest value is', () => {
      expect(Number(routes.monitoring().headers['age'])).to.be.within(0, 6);
    });

    it('prints the page of all channels once for all who ask between two readings', () => {
      expect(routes.monitoring().body).to.equal(routes.monitoring().body);
    });
  });

  describe('setting', () => {
    it('answers with what was read back, and so does every later GET', async () => {
      const url = '/units/psu1/2?voltage_limit=5&current_limit=0.15&state=true&name=core';
      const channel = jsonOf(await ask('POST', url));
      expect(channel).to.include({ index: 2, name: 'core', state: true, current_limit: 0.15, voltage_limit: 5 });
      expect(jsonOf(await ask('GET', '/units/psu1/2'))).to.include({ name: 'core', state: true, voltage_limit: 5 });
      const item = listOf(await ask('GET', '/monitoring/channels'))[1];
      expect(item).to.include({ name: 'core', state: true, voltage_limit: 5 });
      expect(item?.['voltage']).to.be.closeTo(5, 0.1); // an output needs its time to rise
    });

    it('is a plain read without parameters', async () => {
      expect((await ask('POST', '/units/psu1/1')).status).to.equal(200);
      expect(commands).to.be.empty;
    });

    it('is refused beyond the limits, with value and limit', async () => {
      const answer = await ask('POST', '/units/psu1/1?voltage_limit=1000');
      expect(answer.status).to.equal(422);
      expect(jsonOf(answer)['detail']).to.match(/^voltage_limit 1000 V is outside 0\.\.[\d.]+ V/);
      expect(jsonOf(await ask('GET', '/units/psu1/1'))['voltage_limit']).to.not.equal(1000);
    });

    it('is refused to a page of somebody else, and granted to a program and to our own pages', async () => {
      const url = '/units/psu1/1?state=off';
      expect((await ask('POST', url, { origin: 'http://evil.example' })).status).to.equal(403);
      expect(commands).to.be.empty;
      expect((await ask('POST', url, { origin: 'http://127.0.0.1:5000' })).status).to.equal(200);
      expect((await ask('POST', url)).status).to.equal(200);
    });
  });

  describe('errors', () => {
    for (const [method, url, status, detail] of [
      ['GET', '/units/nobody', 404, 'undefined psu'],
      ['GET', '/units/nobody/1', 404, 'undefined psu'],
      ['GET', '/units/psu1/9', 404, 'psu psu1 has no channel 9'],
      ['GET', '/units/psu1/-1', 404, 'psu psu1 has no channel -1'],
      ['GET', '/units/psu1/01', 200, undefined],
      ['GET', '/', 404, 'Not Found'],
      ['GET', '/units/a%2Fb/1', 404, 'Not Found'],
      ['HEAD', '/units', 405, 'Method Not Allowed'],
      ['OPTIONS', '/units/psu1/1', 405, 'Method Not Allowed'],
      ['DELETE', '/settings', 405, 'Method Not Allowed'],
      ['POST', '/units', 405, 'Method Not Allowed'],
      ['GET', '/units/mute/1', 501, 'get_channels() command not defined for mute'],
      [
        'POST',
        '/settings',
        501,
        'there is no file to save the settings in; name one as settingsFile in the config of this port',
      ],
    ] as const) {
      it(`${method} ${url} is ${status}`, async () => {
        const answer = await ask(method, url);
        expect(answer.status).to.equal(status);
        if (detail !== undefined) expect(jsonOf(answer)).to.deep.equal({ detail });
        expect(answer.headers['allow']).to.equal(status === 405 ? 'GET' : undefined);
      });
    }

    it('of parameters come before those of the unit, path first', async () => {
      const answer = await ask('POST', '/units/nobody/abc?state=maybe&voltage_limit=x');
      expect(answer.status).to.equal(422);
      const detail = jsonOf(answer)['detail'] as readonly JsonObject[];
      expect(detail.map(({ loc, type }) => [loc, type])).to.deep.equal([
        [['path', 'ch'], 'int_parsing'],
        [['query', 'state'], 'bool_parsing'],
        [['query', 'voltage_limit'], 'float_parsing'],
      ]);
    });

    it('do not look at the parameters of a GET', async () => {
      expect((await ask('GET', '/units/psu1/1?state=maybe')).status).to.equal(200);
    });

    it('are JSON with the reason for a unit that is away', async () => {
      const answer = await ask('GET', '/units/dead/1');
      expect(answer.status).to.equal(503);
      expect(jsonOf(answer)['detail']).to.match(/^psu dead is offline: /);
    });

    it('take a whole address for its path, as proxies are asked', async () => {
      expect((await ask('GET', 'http://127.0.0.1:5000/units/psu1')).status).to.equal(200);
      expect((await ask('GET', 'http://127.0.0.1:5000')).status).to.equal(404);
    });

    it('lead a path with a slash at its end on, and keep method and query', async () => {
      const answer = await ask('POST', '/units/psu1/1/?state=on');
      expect(answer).to.deep.include({ status: 307, body: '' });
      expect(answer.headers['location']).to.equal('http://127.0.0.1:5000/units/psu1/1?state=on');
    });

    it('lead on by the path alone when no host is named', async () => {
      const { headers } = await routes.answer({
        method: 'GET',
        url: '/units/',
        headers: {},
        ask: (question) => station.bus.ask({ ...question, origin: { connector: 'test', peer: '1' } }),
      });
      expect(headers['location']).to.equal('/units');
    });
  });

  describe('settings', () => {
    let directory: string;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'busbar-psudaemon-'));
    });

    afterEach(async () => {
      await rm(directory, { recursive: true });
    });

    it('are what the file would have', async () => {
      expect(Buffer.from((await ask('GET', '/settings')).body).toString()).to.match(
        /^\{"settings":\{"uvicorn":\{"port":5000\}\},"units":\[\{"name":"psu1","model":"Keysight Technologies,E36313A","uri":"TCPIP::h::INSTR","pyvisa_args":\{"timeout":1\},"channel_data":\{"1":\{"name":"CH1","current_limit":\d+\.\d+,"voltage_limit":\d+\.\d+\},/,
      );
    });

    it('are saved into the file, where comments and foreign keys stay', async () => {
      const path = join(directory, 'psu.yaml');
      await writeFile(
        path,
        '# ours\nsettings: {uvicorn: {port: 5000}}\nunits:\n  - name: psu1\n    visabackend: "@py" # keep\n    channel_data: {1: {name: old}}\n  - name: dead\n    channel_data: {1: {name: x, voltage_limit: 3}}\n',
      );
      routes.close();
      units.close();
      serve({ settingsFile: path });
      await ask('POST', '/units/psu1/1?name=core&voltage_limit=2');
      expect((await ask('POST', '/settings')).status).to.equal(200);
      const text = await readFile(path, 'utf8');
      expect(text)
        .to.match(/^# ours/)
        .and.to.contain('visabackend: "@py" # keep');
      expect(text).to.match(/name: core,? *\n? *current_limit: [\d.]+,? *\n? *voltage_limit: 2/);
      expect(text).to.contain('name: x, voltage_limit: 3');
    });

    it('keep the saved name and limits of a unit that is away', async () => {
      const path = join(directory, 'psu.yaml');
      const saved =
        'units:\n  - name: psu1\n    channel_data:\n      1:\n        name: core\n        voltage_limit: 3\n';
      await writeFile(path, saved);
      routes.close();
      units.close();
      serve({ settingsFile: path });
      const stream = station.bus.streamOf('psu1');
      for (const parameter of ['name', 'voltageSetpoint'])
        stream.publish({
          type: 'reading',
          channel: 1,
          parameter,
          value: null,
          quality: 'bad',
          problem: problem('DISCONNECTED', 'the cable is out'),
          timeMs: 0,
        });
      expect((await ask('POST', '/settings')).status).to.equal(200);
      expect(await readFile(path, 'utf8')).to.contain('name: core\n        voltage_limit: 3\n');
    });

    it('are saved by many at once, one after the other', async () => {
      routes.close();
      units.close();
      serve({ settingsFile: join(directory, 'psu.yaml') });
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask('POST', '/settings')));
      expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(10).fill(200));
      expect(await readdir(directory)).to.deep.equal(['psu.yaml']);
    });

    it('are saved where a link leads, for all who could read them', async () => {
      const [file, link] = [join(directory, 'psu.yaml'), join(directory, 'link.yaml')];
      await writeFile(file, 'settings: {}\n');
      await chmod(file, 0o644);
      await symlink(file, link);
      routes.close();
      units.close();
      serve({ settingsFile: link });
      expect((await ask('POST', '/settings')).status).to.equal(200);
      expect((await lstat(link)).isSymbolicLink()).to.be.true;
      expect((await stat(file)).mode & 0o777).to.equal(0o644);
      expect(await readFile(file, 'utf8')).to.contain('name: psu1');
    });

    it('say why they could not be saved', async () => {
      routes.close();
      units.close();
      serve({ settingsFile: join(directory, 'absent', 'psu.yaml') });
      const answer = await ask('POST', '/settings');
      expect(answer.status).to.equal(409);
      expect(jsonOf(answer)['detail']).to.match(/^the settings were not saved to .*ENOENT/);
    });
  });
});
