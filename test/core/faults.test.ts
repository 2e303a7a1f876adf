import { expect } from 'chai';
import { HardwareError } from '../../core/errors.js';
import { seededRandom } from '../../core/random.js';
import { START_MS } from '../support/fake-clock.js';
import { POLL_MS, supplyManager, SupplyOnTheTable, WRITE_LIMIT_MS } from '../support/fake-supply.js';
import { SupplyLab } from '../support/lab.js';

const HOUR_MS = 3_600_000;

/** RELIABILITY, "Faults to survive", as far as they concern the core. The healthy device stands for "nothing else notices". */
describe('the core under faults', () => {
  let lab: SupplyLab;
  let healthyTable: SupplyOnTheTable;

  beforeEach(async () => {
    lab = new SupplyLab();
    healthyTable = new SupplyOnTheTable(lab.clock);
    const healthy = supplyManager.create({ ...lab.context('healthy'), createDriver: healthyTable.createDriver });
    lab.bus.attach(healthy);
    await healthy.start();
    await lab.start();
  });

  afterEach(async () => {
    const stopping = Promise.all(lab.bus.managers.map((manager) => manager.stop()));
    await lab.clock.pass(2_000);
    await stopping;
    await lab.close();
  });

  const expectHealthy = async (): Promise<void> => {
    const set = lab.send({ manager: 'healthy', channel: 1, command: 'setNow', arguments: { voltage: 3 } });
    await lab.clock.pass(0);
    expect(set.code()).to.equal('reply');
    expect(lab.newest('healthy/1/voltage')?.quality).to.equal('good');
  };

  describe('fault 1: the instrument is unplugged in mid-command', () => {
    it('ends the command at once when the link says so, publishes offline once and all readings as bad', async () => {
      lab.table.answerMs = 100;
      const set = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(10);
      const before = lab.outputs.length;
      lab.table.unplug();
      expect(set.code()).to.equal('DISCONNECTED');
      const said = lab.outputs.slice(before);
      expect(said.filter((output) => output.type === 'event' && output.event === 'offline')).to.have.length(1);
      expect(said.filter(({ type }) => type === 'reading')).to.have.length(4);
      const psu = lab.bus.snapshot().filter(({ manager }) => manager === 'psu');
      expect(psu.map(({ quality }) => quality)).to.deep.equal(['bad', 'bad', 'bad', 'bad']);
      await expectHealthy();
    });

    it('asks the lost connection for nothing more', async () => {
      lab.table.answerMs = 10;
      await lab.clock.pass(POLL_MS - 5);
      await lab.clock.pass(8);
      lab.table.behaviour.open = 'hang';
      const asked = lab.table.countOf('read');
      lab.table.unplug();
      await lab.clock.pass(100);
      expect(lab.table.countOf('read')).to.equal(asked);
    });

    it('stops asking it, until it is back', async () => {
      lab.table.unplug();
      lab.table.behaviour.open = 'hang';
      await lab.clock.pass(1_000);
      const reads = lab.table.countOf('read');
      await lab.clock.pass(10 * POLL_MS);
      expect(lab.table.countOf('read')).to.equal(reads);
    });

    it('notices 3 s of silence where the link says nothing', async () => {
      lab.table.behaviour.read = 'timeout';
      lab.table.behaviour.write = 'timeout';
      const set = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(3_000 + POLL_MS + 50);
      expect(set.code()).to.equal('TIMEOUT');
      expect(lab.edges.filter((edge) => edge === 'offline')).to.have.length(1);
      await expectHealthy();
    });

    it('does not take one slow channel for silence', async () => {
      for (let round = 0; round < 10; round += 1) {
        lab.table.behaviour.write = 'timeout';
        lab.psu('setNow', 1, { voltage: 1 });
        await lab.clock.pass(1_200);
      }
      expect(lab.edges).to.not.include('offline');
    });

    it('is back within 2 s of its return, reads the setpoints back and sends none', async () => {
      lab.psu('setNow', 1, { voltage: 12 });
      await lab.clock.pass(0);
      lab.table.unplug();
      await lab.clock.pass(60_000);
      const writes = lab.table.countOf('write');
      lab.table.setpoints.set(1, 3);
      lab.table.back();
      await lab.clock.pass(2_000);
      expect(lab.manager.state).to.equal('online');
      expect(lab.newest('psu/1/voltageSetpoint')).to.include({ value: 3, quality: 'good' });
      expect(lab.table.countOf('write')).to.equal(writes);
      expect(lab.log.messages.filter((line) => line !== 'info: instrument is back')).to.deep.equal([
        'warn: instrument is away',
      ]);
      await lab.clock.pass(5_000);
      expect(lab.log.messages.at(-1)).to.equal('info: instrument is back');
    });

    it('leaves nothing behind in 25 rounds at random moments', async () => {
      const random = seededRandom(7);
      const timers: number[] = [];
      for (let round = 0; round < 25; round += 1) {
        lab.table.answerMs = Math.floor(random() * 50);
        const set = lab.psu('setNow', 1, { voltage: round });
        await lab.clock.pass(Math.floor(random() * 60));
        lab.table.unplug();
        await lab.clock.pass(Math.floor(random() * 2_000));
        lab.table.back();
        await lab.clock.pass(6_000);
        expect(set.answers()).to.have.length(1);
        expect(lab.manager.state).to.equal('online');
        lab.table.answerMs = 0;
        await lab.clock.pass(POLL_MS);
        timers.push(lab.clock.pending);
      }
      expect(new Set(timers.slice(1))).to.have.property('size', 1);
      expect(lab.edges.filter((edge) => edge === 'offline')).to.have.length(25);
      expect(lab.manager.input.runningCount).to.equal(0);
      expect(lab.table.countOf('close')).to.equal(lab.table.countOf('open') - 1);
    });

    it('logs two lines an outage, also when the link comes and goes', async () => {
      lab.table.behaviour.read = 'lost';
      await lab.clock.pass(60_000);
      expect(lab.table.countOf('open')).to.be.within(30, 120);
      expect(lab.log.messages).to.deep.equal(['warn: instrument is away']);
    });
  });

  describe('fault 7: the wall clock jumps', () => {
    for (const [name, jumpMs] of [
      ['an hour back', -HOUR_MS],
      ['ten years ahead', 10 * 365 * 24 * HOUR_MS],
    ] as const) {
      it(`keeps every timer when it jumps ${name}`, async () => {
        lab.table.behaviour.write = 'hang';
        const set = lab.psu('setNow', 1, { voltage: 1 });
        const reads = lab.table.countOf('read voltage 1');
        lab.clock.setWallClock(START_MS + jumpMs);
        await lab.clock.pass(WRITE_LIMIT_MS - 1);
        expect(set.code()).to.equal(undefined);
        await lab.clock.pass(1);
        expect(set.code()).to.equal('TIMEOUT');
        expect(lab.table.countOf('read voltage 1') - reads).to.equal(WRITE_LIMIT_MS / POLL_MS);
        expect(lab.newest('psu/1/voltage')?.quality).to.equal('good');
      });
    }

    it('keeps the order by sequence number and epoch', async () => {
      const before = lab.outputs.at(-1);
      lab.clock.setWallClock(START_MS - HOUR_MS);
      await lab.manager.stop();
      await lab.start();
      const epochs = lab.outputs.filter(({ manager }) => manager === 'psu').map(({ epoch }) => epoch);
      expect(epochs).to.deep.equal(epochs.toSorted((a, b) => a - b));
      expect(epochs.at(-1)).to.be.above(before?.epoch ?? 0);
    });
  });

  describe('fault 11: commands come twice, late or in another order', () => {
    const withId = { id: 17, origin: { connector: 'test', peer: '1', session: 'night shift' } };

    it('runs once per id, and answers each', async () => {
      lab.table.answerMs = 20;
      const set = lab.psu('setNow', 1, { voltage: 1 }, withId);
      lab.psu('setNow', 1, { voltage: 1 }, withId);
      await lab.clock.pass(100);
      lab.psu('setNow', 1, { voltage: 1 }, { ...withId, origin: { ...withId.origin, peer: '2' } });
      expect(lab.table.countOf('write')).to.equal(1);
      expect(set.answers().map(({ type }) => type)).to.deep.equal(['reply', 'reply', 'reply']);
    });

    it('refuses what is too late', () => {
      const late = lab.psu('setNow', 1, { voltage: 1 }, { validUntilMs: lab.clock.now() - 1 });
      expect(late.code()).to.equal('EXPIRED');
      expect(lab.table.countOf('write')).to.equal(0);
    });

    it('refuses what has become too late while it waited', async () => {
      lab.table.answerMs = 100;
      lab.psu('setVoltageSetpoint', 1, { value: 1 });
      const second = lab.psu('setVoltageSetpoint', 1, { value: 2 }, { validUntilMs: lab.clock.now() + 50 });
      await lab.clock.pass(1_000);
      expect(second.code()).to.equal('EXPIRED');
      expect(lab.table.countOf('write')).to.equal(1);
    });

    it('replays nothing at a start or a reconnect', async () => {
      lab.psu('setNow', 1, { voltage: 9 });
      await lab.clock.pass(0);
      lab.table.unplug();
      lab.psu('setVoltageSetpoint', 1, { value: 4 });
      lab.table.back();
      await lab.clock.pass(5_000);
      await lab.manager.stop();
      await lab.start();
      await lab.clock.pass(5_000);
      expect(lab.table.countOf('write')).to.equal(1);
    });
  });

  describe('fault 13: a driver throws, never returns, rejects', () => {
    for (const how of ['throw', 'reject'] as const) {
      it(`answers INTERNAL and counts it when a write ${how}s`, async () => {
        lab.table.behaviour.write = how;
        const set = lab.psu('setNow', 1, { voltage: 1 });
        await lab.clock.pass(0);
        expect(set.code()).to.equal('INTERNAL');
        expect(lab.manager.defectCount).to.equal(1);
        expect(lab.log.messages).to.deep.equal(['error: defect']);
        await expectHealthy();
      });

      it(`publishes a bad reading and logs it once when reads ${how}`, async () => {
        lab.table.behaviour.read = how;
        await lab.clock.pass(10 * POLL_MS);
        expect(lab.newest('psu/1/voltage')?.problem?.code).to.equal('INTERNAL');
        expect(lab.log.messages).to.deep.equal(['error: defect', 'error: defect']);
        expect(lab.log.lines.map(({ fields }) => fields['manager'])).to.deep.equal(['psu', 'psu']);
        await expectHealthy();
      });

      it(`goes on without its close when that ${how}s`, async () => {
        lab.table.behaviour.close = how;
        lab.table.unplug();
        lab.table.back();
        await lab.clock.pass(2_000);
        expect(lab.manager.state).to.equal('online');
      });

      it(`fails makeSafe when that ${how}s`, async () => {
        lab.table.behaviour.makeSafe = how;
        const safe = lab.psu('makeSafe');
        await lab.clock.pass(0);
        expect(safe.code()).to.equal('INTERNAL');
      });
    }

    it('answers in time when a write never returns', async () => {
      lab.table.behaviour.write = 'hang';
      const set = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(WRITE_LIMIT_MS);
      expect(set.code()).to.equal('TIMEOUT');
      await expectHealthy();
    });

    it('goes on without a close that never returns', async () => {
      lab.table.behaviour.close = 'hang';
      lab.table.unplug();
      lab.table.back();
      await lab.clock.pass(2_000);
      expect(lab.manager.state).to.equal('online');
    });
  });

  describe('fault 16: an answer comes after its time-out', () => {
    it('is not taken for the answer to the next command', async () => {
      lab.table.answerMs = WRITE_LIMIT_MS;
      lab.table.behaviour.write = 'late';
      const first = lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(WRITE_LIMIT_MS + 100);
      lab.table.behaviour.write = 'good';
      lab.table.answerMs = 10;
      const second = lab.psu('setVoltageSetpoint', 1, { value: 2 });
      await lab.clock.pass(5_000);
      expect(first.answers()).to.have.length(1);
      expect(first.code()).to.equal('TIMEOUT');
      expect(second.answers().map((answer) => answer.type === 'reply' && answer.value)).to.deep.equal([{}]);
    });

    it('does not end the connection that has replaced its own', async () => {
      let rejectLate = (): void => undefined;
      const [driver] = lab.table.drivers;
      if (driver === undefined) throw new Error('no driver');
      driver.setVoltage = () =>
        new Promise((_resolve, reject) => {
          rejectLate = () => {
            reject(new HardwareError('DISCONNECTED', 'the old socket is closed'));
          };
        });
      lab.psu('setNow', 1, { voltage: 1 });
      lab.table.unplug();
      lab.table.back();
      await lab.clock.pass(2_000);
      rejectLate();
      await lab.clock.pass(2_000);
      expect(lab.edges.filter((edge) => edge === 'offline')).to.have.length(1);
      expect(lab.manager.state).to.equal('online');
    });

    it('does not reach a manager that has reconnected', async () => {
      lab.table.answerMs = 20_000;
      lab.table.behaviour.read = 'late';
      lab.psu('refresh');
      await lab.clock.pass(10);
      lab.table.unplug();
      lab.table.answerMs = 0;
      lab.table.back();
      await lab.clock.pass(5_000);
      const said = lab.readings('psu/1/voltage').length;
      lab.table.measured = 99;
      await lab.clock.pass(16_000);
      const later = lab.readings('psu/1/voltage').slice(said);
      expect(later).to.have.length(16);
      expect(lab.edges.filter((edge) => edge === 'offline')).to.have.length(1);
    });
  });
});
