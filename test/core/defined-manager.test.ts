import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { defineManager } from '../../core/define-manager.js';
import { problem } from '../../core/errors.js';
import { POLL_MS, supplyManager, WRITE_LIMIT_MS } from '../support/fake-supply.js';
import { SupplyLab } from '../support/lab.js';

describe('a defined manager', () => {
  let lab: SupplyLab;

  beforeEach(() => {
    lab = new SupplyLab();
  });

  afterEach(async () => {
    const stopping = lab.manager.stop();
    await lab.clock.pass(2_000);
    await stopping;
    await lab.close();
  });

  describe('connecting', () => {
    it('says that it is online, and what the instrument holds', async () => {
      await lab.start();
      expect(lab.manager.state).to.equal('online');
      expect(lab.edges).to.deep.equal(['online', 'description']);
      expect(lab.newest('psu/2/voltageSetpoint')).to.include({ value: 0, unit: 'V', quality: 'good' });
    });

    it('does not wait for the instrument', async () => {
      lab.table.behaviour.open = 'hang';
      await lab.manager.start();
      expect(lab.manager.state).to.equal('starting');
      expect(lab.psu('setNow', 1, { voltage: 1 }).code()).to.equal('UNKNOWN_CHANNEL');
      const all = lab.psu('refresh');
      await lab.clock.pass(0);
      expect(all.code()).to.equal('DISCONNECTED');
    });

    it('tries again within 1.5 s when the first attempt fails, and says once that it is offline', async () => {
      lab.table.behaviour.open = 'reject';
      await lab.start();
      await lab.clock.pass(20_000);
      expect(lab.edges).to.deep.equal(['offline']);
      expect(lab.log.messages).to.deep.equal(['warn: instrument is away']);
      lab.table.behaviour.open = 'good';
      await lab.clock.pass(1_500);
      expect(lab.edges).to.deep.equal(['offline', 'online', 'description']);
    });

    it('gives up an attempt that takes 30 s', async () => {
      lab.table.behaviour.open = 'hang';
      await lab.start();
      await lab.clock.pass(29_999);
      expect(lab.manager.state).to.equal('starting');
      await lab.clock.pass(1);
      expect(lab.manager.state).to.equal('offline');
      expect(lab.events.at(-1)?.details).to.include({ code: 'TIMEOUT' });
    });

    it('closes a driver that opens when nobody waits for it any more', async () => {
      lab.table.answerMs = 40_000;
      lab.table.behaviour.open = 'late';
      await lab.start();
      await lab.clock.pass(30_000);
      lab.table.behaviour.open = 'good';
      lab.table.answerMs = 0;
      await lab.clock.pass(3_000);
      expect(lab.manager.state).to.equal('online');
      await lab.clock.pass(40_000);
      expect(lab.table.asked.filter((line) => line === 'close #1')).to.have.length(2);
      expect(lab.table.asked.filter((line) => line.startsWith('close #2'))).to.be.empty;
      expect(lab.manager.state).to.equal('online');
    });

    it('learns its channels from the instrument, also new ones after a reconnect', async () => {
      await lab.start();
      const before = lab.manager.describe();
      lab.table.outputs = [1, 2, 3];
      lab.table.unplug();
      lab.table.back();
      await lab.clock.pass(2_000);
      const after = lab.manager.describe();
      expect(after.channels.map(({ id }) => id)).to.deep.equal([1, 2, 3]);
      expect(after.version).to.be.above(before.version);
      expect(lab.edges).to.deep.equal(['online', 'description', 'offline', 'online', 'description']);
    });
  });

  it('forgets the readings of channels that the instrument no longer has', async () => {
    await lab.start();
    lab.table.outputs = [1];
    lab.table.unplug();
    await lab.clock.pass(POLL_MS);
    expect(lab.newest('psu/2/voltage')).to.include({ quality: 'bad' });
    lab.table.back();
    await lab.clock.pass(2_000);
    expect(lab.newest('psu/2/voltage')).to.equal(undefined);
    expect(lab.newest('psu/1/voltage')).to.include({ quality: 'good' });
    const before = lab.readings('psu/2/voltage').length;
    lab.table.unplug();
    await lab.clock.pass(POLL_MS);
    expect(lab.readings('psu/2/voltage')).to.have.length(before);
  });

  it('goes on without a gap on the topics of a channel that comes back', async () => {
    await lab.start();
    for (const outputs of [[1], [1, 2]]) {
      lab.table.outputs = outputs;
      lab.table.unplug();
      await lab.clock.pass(POLL_MS);
      lab.table.back();
      await lab.clock.pass(2_000);
    }
    const readings = lab.readings('psu/2/voltage');
    expect(readings.at(-1)).to.include({ quality: 'good' });
    expect(readings.map(({ previous }) => previous)).to.deep.equal([0, ...readings.slice(0, -1).map(({ seq }) => seq)]);
  });

  it('refuses a declaration in which two commands have one name', () => {
    const { definition } = supplyManager;
    const setNow = definition.commands?.['setNow'];
    if (setNow === undefined) throw new Error('the fake supply has lost its setNow');
    const create = (name: string) => () =>
      defineManager({ ...definition, commands: { ...definition.commands, [name]: setNow } }).create({
        ...lab.context('twice'),
        createDriver: lab.table.createDriver,
      });
    const kind = definition.kind;
    expect(create('setVoltageSetpoint')).to.throw(
      `the manager kind "${kind}" has two commands "setVoltageSetpoint": a command and a writer; rename one`,
    );
    expect(create('abort')).to.throw(
      `the manager kind "${kind}" has two commands "abort": a command and a built-in command; rename one`,
    );
  });

  describe('polling', () => {
    it('publishes each parameter once a period', async () => {
      await lab.start();
      await lab.clock.pass(3 * POLL_MS);
      expect(lab.readings('psu/1/voltage')).to.have.length(4);
      expect(lab.readings('psu/1/voltageSetpoint')).to.have.length(1);
    });

    it('publishes a failed read as bad, with its reason, and goes on', async () => {
      await lab.start();
      lab.table.behaviour.read = 'fault';
      await lab.clock.pass(POLL_MS);
      expect(lab.newest('psu/1/voltage')).to.deep.include({
        value: null,
        quality: 'bad',
        problem: problem('DEVICE_FAULT', 'over-temperature'),
      });
      expect(lab.newest('psu/2/voltage')?.quality).to.equal('bad');
      lab.table.behaviour.read = 'good';
      await lab.clock.pass(2 * POLL_MS);
      expect(lab.newest('psu/1/voltage')?.quality).to.equal('good');
      expect(lab.edges).to.deep.equal(['online', 'description']);
    });

    it('does not take NaN for a voltage', async () => {
      lab.table.measured = Number.NaN;
      await lab.start();
      expect(lab.newest('psu/1/voltage')).to.deep.include({ value: null, quality: 'bad' });
      expect(lab.newest('psu/1/voltage')?.problem?.code).to.equal('DEVICE_FAULT');
    });

    it('gives up the link when a read has hung for 10 s', async () => {
      await lab.start();
      lab.table.behaviour.read = 'hang';
      await lab.clock.pass(POLL_MS + 9_000);
      expect(lab.manager.state).to.equal('online');
      lab.table.behaviour.read = 'good';
      await lab.clock.pass(2_000);
      expect(lab.edges.slice(2)).to.deep.equal(['offline']);
      await lab.clock.pass(1_000);
      expect(lab.manager.state).to.equal('online');
      expect(lab.newest('psu/1/voltage')?.quality).to.equal('good');
    });

    it('says after 10 s that a reading has become stale, once, with its own time', async () => {
      await lab.start();
      const read = lab.newest('psu/2/voltage');
      lab.table.behaviour.read = 'late';
      lab.table.answerMs = 8_000;
      await lab.clock.pass(16_000);
      const stale = lab.readings('psu/2/voltage').filter(({ quality }) => quality === 'stale');
      expect(stale).to.have.length(1);
      expect(stale[0]).to.include({ value: read?.value, timeMs: read?.timeMs });
      await lab.clock.pass(4_000);
      expect(lab.newest('psu/2/voltage')?.quality).to.equal('good');
    });

    it('leaves no listener behind on the signal of its session, however often it polls', async () => {
      await lab.start();
      lab.table.answerMs = 10;
      await lab.clock.pass(200 * POLL_MS);
      expect(getEventListeners(lab.table.lastSignal, 'abort')).to.have.lengthOf.below(3);
      expect(lab.table.countOf('read voltage 1')).to.equal(201);
    });
  });

  describe('a command', () => {
    it('publishes busy, the readback, idle, and then the reply', async () => {
      await lab.start();
      const start = lab.outputs.length;
      lab.psu('setVoltageSetpoint', '1', { value: 5 });
      await lab.clock.pass(0);
      const said = lab.outputs.slice(start).map((output) => (output.type === 'event' ? output.event : output.type));
      expect(said).to.deep.equal(['busy', 'reading', 'idle', 'reply']);
      expect(lab.newest('psu/1/voltageSetpoint')?.value).to.equal(5);
    });

    it('is refused outside the limits, with value and limit', async () => {
      await lab.start();
      const { answers } = lab.psu('setVoltageSetpoint', 1, { value: 25.1 });
      expect(answers()[0]).to.deep.include({ problem: problem('OUT_OF_RANGE', 'value 25.1 V is outside 0..25 V') });
      expect(lab.table.countOf('write')).to.equal(0);
    });

    it('fails with a code while the instrument is away', async () => {
      lab.table.behaviour.open = 'lost';
      await lab.start();
      const refresh = lab.psu('refresh');
      await lab.clock.pass(0);
      const safe = lab.psu('makeSafe');
      await lab.clock.pass(0);
      expect([refresh.code(), safe.code()]).to.deep.equal(['DISCONNECTED', 'DISCONNECTED']);
    });

    it('reads back what it may have written when it was told to give up', async () => {
      await lab.start();
      lab.table.behaviour.write = 'late';
      lab.table.answerMs = 0;
      const set = lab.psu('setNow', 1, { voltage: 7 });
      await lab.clock.pass(10);
      lab.psu('abort', 1);
      await lab.clock.pass(0);
      expect(set.code()).to.equal('ABORTED');
      expect(lab.newest('psu/1/voltageSetpoint')?.value).to.equal(0);
      await lab.clock.pass(1_000);
      expect(lab.newest('psu/1/voltageSetpoint')?.value).to.equal(7);
    });

    it('is ended on its own channel alone by an abort', async () => {
      await lab.start();
      lab.table.answerMs = 100;
      const one = lab.psu('setNow', 1, { voltage: 1 });
      const two = lab.psu('setNow', 2, { voltage: 2 });
      await lab.clock.pass(10);
      lab.psu('abort', 1);
      await lab.clock.pass(500);
      expect([one.code(), two.code()]).to.deep.equal(['ABORTED', 'reply']);
    });

    it('resets the link when its driver does not settle within 2 s of the deadline', async () => {
      await lab.start();
      lab.table.behaviour.write = 'hang';
      const set = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(WRITE_LIMIT_MS);
      expect(set.code()).to.equal('TIMEOUT');
      expect(lab.psu('setNow', 1, { voltage: 1 }).code()).to.equal('BUSY');
      lab.table.behaviour.write = 'good';
      await lab.clock.pass(2_000);
      await lab.clock.pass(1_000);
      expect(lab.edges.slice(2)).to.deep.equal(['offline', 'online']);
      const again = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(0);
      expect(again.code()).to.equal('reply');
    });
  });

  describe('makeSafe', () => {
    it('ends what runs, goes to the safe state and reads it back', async () => {
      await lab.start();
      lab.psu('setVoltageSetpoint', 1, { value: 9 });
      await lab.clock.pass(0);
      lab.table.answerMs = 50;
      const set = lab.psu('setNow', 2, { voltage: 20 });
      await lab.clock.pass(10);
      const safe = lab.psu('makeSafe');
      expect(set.code()).to.equal('ABORTED');
      await lab.clock.pass(1_000);
      expect(safe.code()).to.equal('reply');
      expect(lab.newest('psu/1/voltageSetpoint')?.value).to.equal(0);
    });

    it('is done again when a command has settled only after it', async () => {
      await lab.start();
      lab.table.behaviour.write = 'late';
      lab.psu('setNow', 2, { voltage: 20 });
      await lab.clock.pass(10);
      const safe = lab.psu('makeSafe');
      await lab.clock.pass(1_000);
      expect(safe.code()).to.equal('reply');
      expect(lab.table.setpoints.get(2)).to.equal(0);
      expect(lab.newest('psu/2/voltageSetpoint')?.value).to.equal(0);
    });

    it('holds up what would start meanwhile', async () => {
      await lab.start();
      lab.table.answerMs = 50;
      lab.psu('makeSafe');
      expect(lab.psu('setNow', 1, { voltage: 3 }).code()).to.equal('BUSY');
      const queued = lab.psu('setVoltageSetpoint', 1, { value: 3 });
      await lab.clock.pass(40);
      expect(lab.table.countOf('write')).to.equal(0);
      await lab.clock.pass(1_000);
      expect(queued.code()).to.equal('reply');
    });

    it('fails with the reason of a device that is half dead, and may be asked again', async () => {
      await lab.start();
      lab.table.behaviour.makeSafe = 'fault';
      const first = lab.psu('makeSafe');
      await lab.clock.pass(0);
      lab.table.behaviour.makeSafe = 'good';
      const second = lab.psu('makeSafe');
      await lab.clock.pass(0);
      expect([first.code(), second.code()]).to.deep.equal(['DEVICE_FAULT', 'reply']);
    });

    it('has a poll give way that takes long, and polls go on afterwards', async () => {
      await lab.start();
      lab.table.answerMs = 1_000;
      await lab.clock.pass(POLL_MS);
      const read = lab.table.lastSignal;
      const safe = lab.psu('makeSafe');
      await lab.clock.pass(199);
      expect(read.aborted).to.equal(false);
      await lab.clock.pass(1);
      expect(read.aborted).to.equal(true);
      lab.table.answerMs = 0;
      await lab.clock.pass(10_000);
      expect(safe.code()).to.equal('reply');
      const before = lab.readings('psu/1/voltage').length;
      await lab.clock.pass(POLL_MS);
      expect(lab.readings('psu/1/voltage').length).to.be.above(before);
      expect(lab.newest('psu/1/voltage')).to.include({ quality: 'good' });
    });

    it('leaves a poll alone that is answered in time', async () => {
      await lab.start();
      lab.table.answerMs = 150;
      await lab.clock.pass(POLL_MS);
      const read = lab.table.lastSignal;
      lab.psu('makeSafe');
      await lab.clock.pass(10_000);
      expect(read.aborted).to.equal(false);
    });

    it('is ended at once when the link is lost', async () => {
      await lab.start();
      lab.table.behaviour.makeSafe = 'hang';
      const safe = lab.psu('makeSafe');
      await lab.clock.pass(10);
      lab.table.unplug();
      expect(safe.code()).to.equal('DISCONNECTED');
    });
  });

  describe('stopping', () => {
    it('leaves no timer behind and says nothing more', async () => {
      await lab.start();
      lab.table.behaviour.write = 'hang';
      const set = lab.psu('setNow', 1, { voltage: 1 });
      const stopping = lab.manager.stop();
      expect(set.code()).to.equal('STOPPING');
      await lab.clock.pass(1_000);
      await stopping;
      expect(lab.clock.pending).to.equal(0);
      const said = lab.outputs.length;
      await lab.clock.pass(60_000);
      expect(lab.outputs).to.have.length(said);
    });

    it('says last that it has stopped, and that nothing is known any more', async () => {
      await lab.start();
      await lab.manager.stop();
      expect(lab.edges.at(-1)).to.equal('stopped');
      expect(lab.newest('psu/1/voltage')?.quality).to.equal('bad');
      expect(lab.table.setpoints.get(1)).to.equal(0);
    });

    it('takes no longer than 1 s with a driver that never returns', async () => {
      await lab.start();
      lab.table.behaviour.close = 'hang';
      lab.table.behaviour.write = 'hang';
      lab.table.behaviour.makeSafe = 'hang';
      const safe = lab.psu('makeSafe');
      let isStopped = false;
      const stopping = lab.manager.stop().then(() => (isStopped = true));
      await lab.clock.pass(1_000);
      expect(isStopped).to.equal(true);
      expect(safe.code()).to.equal('STOPPING');
      expect(lab.clock.pending).to.equal(0);
      await stopping;
    });

    it('ends an attempt to connect', async () => {
      lab.table.behaviour.open = 'hang';
      await lab.start();
      await lab.manager.stop();
      expect(lab.clock.pending).to.equal(0);
      expect(lab.table.asked).to.deep.equal(['open #1', 'close #1']);
    });

    it('ends a pause before the next attempt', async () => {
      lab.table.behaviour.open = 'lost';
      await lab.start();
      await lab.manager.stop();
      expect(lab.clock.pending).to.equal(0);
    });

    it('answers commands with STOPPING from then on', async () => {
      await lab.start();
      await lab.manager.stop();
      expect(lab.psu('setNow', 1, { voltage: 1 }).code()).to.equal('STOPPING');
      expect(lab.psu('makeSafe').code()).to.equal('STOPPING');
    });

    it('may be asked for twice', async () => {
      await lab.start();
      lab.table.behaviour.write = 'hang';
      lab.psu('setNow', 1, { voltage: 1 });
      const both = Promise.all([lab.manager.stop(), lab.manager.stop()]);
      await lab.clock.pass(500);
      await both;
      expect(lab.edges.filter((edge) => edge === 'stopped')).to.have.length(1);
    });

    it('can be followed by a start: a new epoch', async () => {
      await lab.start();
      const epoch = lab.outputs.at(-1)?.epoch ?? 0;
      await lab.manager.stop();
      await lab.start();
      const restarted = lab.outputs.find(({ type, epoch: later }) => type === 'event' && later > epoch);
      expect(restarted).to.include({ event: 'restarted', seq: 1 });
      const set = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(0);
      expect(set.code()).to.equal('reply');
    });

    it('is waited for by a start that comes meanwhile', async () => {
      await lab.start();
      lab.table.behaviour.close = 'late';
      const stopping = lab.manager.stop();
      const starting = lab.manager.start();
      await lab.clock.pass(1_000);
      await Promise.all([stopping, starting]);
      expect(lab.manager.state).to.equal('online');
    });
  });

  describe('the description', () => {
    it('cannot be changed by those who read it', async () => {
      await lab.start();
      const { parameters } = lab.manager.describe();
      expect(() => Object.assign(parameters['voltage'] ?? {}, { unit: 'mV' })).to.throw(TypeError);
      expect(() => Object.assign(parameters['voltage']?.schema ?? {}, { type: 'string' })).to.throw(TypeError);
    });

    it('grows its version with each change of state', async () => {
      const versions = [lab.manager.describe().version];
      await lab.start();
      versions.push(lab.manager.describe().version);
      lab.table.unplug();
      versions.push(lab.manager.describe().version);
      await lab.manager.stop();
      versions.push(lab.manager.describe().version);
      expect(versions).to.deep.equal([...new Set(versions)].sort((a, b) => a - b));
    });

    it('tells the limits of each channel and the commands that every manager has', async () => {
      await lab.start();
      const { channels, commands } = lab.manager.describe();
      expect(channels[0]?.limits).to.deep.include({ 'setNow.voltage': { minimum: 0, maximum: 25 } });
      expect(Object.keys(commands)).to.include.members([
        'setVoltageSetpoint',
        'setNow',
        'abort',
        'makeSafe',
        'refresh',
      ]);
    });
  });
});
