import { expect } from 'chai';
import fc from 'fast-check';
import { HardwareError } from '../../../core/errors.js';
import { readChannelList } from '../../../managers/psu/channel-list.js';
import { ExternalPsu, externalModel } from '../../../managers/psu/external.driver.js';
import { psuManager } from '../../../managers/psu/psu.manager.js';
import { Supply } from '../../../managers/psu/supply.js';
import { FakeStation } from '../fake-station.js';

const listed = { index: 1, name: 'main', voltage: 5, current: 0.5, state: true };

describe('a list of channels', () => {
  const unusable: Readonly<Record<string, string>> = {
    '': 'it is no JSON: nothing at all',
    'sensor failed': 'it is no JSON: "sensor failed"',
    '{}': 'it must be a JSON array, not "{}"',
    '[1]': 'item 0 must be an object',
    '[{}]': 'item 0: index must be a whole number, 0 or more',
    '[{"index":1.5}]': 'item 0: index must be a whole number, 0 or more',
    '[{"index":-1}]': 'item 0: index must be a whole number, 0 or more',
    '[{"index":1}]': 'item 0: name must be a text',
    '[{"index":1,"name":"a","voltage":"5"}]': 'item 0: voltage must be a number or null',
    '[{"index":1,"name":"a","voltage":5,"current":null,"state":"on"}]': 'item 0: state must be true or false',
    '[{"index":1,"name":"a","voltage":5,"current":1e999}]': 'item 0: current must be a number or null',
    [JSON.stringify([{ ...listed, name: 'n'.repeat(257) }])]: 'item 0: name has 257 characters, the limit is 256',
    [JSON.stringify(Array.from({ length: 257 }, (_, index) => ({ ...listed, index })))]:
      'it has 257 channels, the limit is 256',
    [JSON.stringify([listed, listed])]: 'there are two channels of the index 1',
    ['['.repeat(1_000)]: 'it is nested too deep',
  };
  for (const [text, why] of Object.entries(unusable)) {
    it(`is refused in the words of PSUDaemon: ${text.slice(0, 60)}`, () => {
      expect(() => readChannelList(text)).to.throw(HardwareError, `unable to parse monitoring output: ${why}`);
    });
  }

  it('may not know a value, and may say 1 for on', () => {
    const [first] = readChannelList('[{"index":7,"name":"x","voltage":null,"current":null,"state":1,"more":[]}]');
    expect(first).to.deep.equal({ index: 7, name: 'x', voltage: null, current: null, state: true });
  });

  it('never throws anything but a fault of the device', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          readChannelList(text);
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(HardwareError);
        }
      }),
    );
  });
});

describe('an external supply', () => {
  let station: FakeStation;
  let ran: string[];
  let printed: string;
  let exits: Record<string, number>;

  const start = async (ping?: string): Promise<void> => {
    const { clock } = station;
    const identity = { manufacturer: 'Acme', model: 'M1', serial: 'S1', revision: '' };
    const run = (line: string) => {
      ran.push(line);
      return Promise.resolve({ exitCode: exits[line] ?? 0, output: printed, complaint: 'no such sensor' });
    };
    const createDriver = () =>
      new Supply(new ExternalPsu({ clock, run, ping, getChannels: 'list', identity, limitMs: 5_000 }), {
        names: new Map(),
        settingsOf: () => ({}),
        wanted: undefined,
      });
    const paces = { measured: 1_000, status: 1_000, setting: 5_000 };
    const manager = psuManager({ clock, model: externalModel, paces, safe: 'off' });
    await station.start(manager.create({ ...station.context('ext'), createDriver }));
    await station.clock.pass(100);
  };
  const newest = (place: string) => station.newest(`ext/${place}`);

  beforeEach(() => {
    station = new FakeStation();
    ran = [];
    exits = {};
    printed = JSON.stringify([listed, { ...listed, index: 2, name: 'aux', state: false }]);
  });

  afterEach(async () => {
    await station.stop();
  });

  it('shows the channels that its command prints, by the names that it prints', async () => {
    await start();
    expect(newest('1/voltage')).to.include({ value: 5, unit: 'V', quality: 'good' });
    expect([newest('1/power')?.value, newest('2/enabled')?.value, newest('2/name')?.value]).to.deep.equal([
      2.5,
      false,
      'aux',
    ]);
    expect(newest('identity')?.value).to.include({ manufacturer: 'Acme' });
  });

  it('runs one command for a round of readings', async () => {
    await start();
    const before = ran.length;
    await station.clock.pass(10_000);
    expect(ran.length - before).to.be.within(9, 11);
  });

  it('asks anew for a reading that somebody wants now', async () => {
    await start();
    const before = ran.length;
    station.send('ext', 'refresh', { parameter: 'voltage' }, 1);
    await station.clock.pass(0);
    expect(ran.length).to.equal(before + 1);
  });

  it('has nothing that can be set', async () => {
    await start();
    const { commands } = station.bus.manager('ext')?.describe() ?? { commands: {} };
    expect(Object.keys(commands)).to.have.members(['abort', 'makeSafe', 'refresh']);
  });

  it('is bad and stays online while its output is unusable', async () => {
    await start();
    printed = 'sensor failed';
    await station.clock.pass(2_000);
    expect(newest('1/voltage')).to.deep.include({
      quality: 'bad',
      problem: {
        code: 'DEVICE_FAULT',
        message: 'unable to parse monitoring output: it is no JSON: "sensor failed"',
      },
    });
    expect(station.bus.manager('ext')?.state).to.equal('online');
  });

  it('tells how its command ended when that was not well', async () => {
    await start();
    exits['list'] = 3;
    await station.clock.pass(2_000);
    expect(newest('1/voltage')?.problem?.message).to.equal(
      'unable to parse monitoring output: "list" ended with 3: no such sensor',
    );
  });

  it('is offline while its ping fails, and comes back by itself', async () => {
    await start('ping');
    expect(ran.slice(0, 2)).to.deep.equal(['ping', 'list']);
    exits['ping'] = 1;
    await station.clock.pass(2_000);
    expect(station.bus.manager('ext')?.state).to.equal('offline');
    exits['ping'] = 0;
    await station.clock.pass(5_000);
    expect(station.bus.manager('ext')?.state).to.equal('online');
  });

  it('finds a new channel by itself', async () => {
    await start();
    printed = JSON.stringify([listed, { ...listed, index: 2 }, { ...listed, index: 3, name: 'new' }]);
    await station.clock.pass(5_000);
    expect(newest('3/name')?.value).to.equal('new');
  });

  it('says of a value that is null that it is not known', async () => {
    printed = JSON.stringify([{ ...listed, current: null }]);
    await start();
    expect(newest('1/current')).to.include({ quality: 'bad', value: null });
    expect(newest('1/voltage')).to.include({ quality: 'good' });
  });
});
