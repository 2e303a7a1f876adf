import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { hvKind } from '../../../managers/hv/hv.kind.js';
import { FakeStation } from '../fake-station.js';

/** Time from the command to its answer, ms, and its status, by `timeout` and by how long the voltage needs. 200 V a second;
 *  the rack steps on the whole seconds of its start, the command comes half a second later. Noise is off. */
const checks: readonly {
  name: string;
  voltage: number;
  timeout: number;
  maxError?: number;
  afterMs: number;
  status: string;
}[] = [
  {
    name: 'is ok right after the settling when the voltage is there',
    voltage: 400,
    timeout: 20,
    afterMs: 2_000,
    status: 'ok',
  },
  { name: 'is ok at the first look after it got there', voltage: 1_000, timeout: 20, afterMs: 5_000, status: 'ok' },
  {
    name: 'is ok at exactly the largest error',
    voltage: 1_000,
    maxError: 200,
    timeout: 20,
    afterMs: 4_000,
    status: 'ok',
  },
  {
    name: 'looks for the last time before the time is up',
    voltage: 1_000,
    timeout: 3.001,
    afterMs: 5_000,
    status: 'ok',
  },
  { name: 'does not look when the time is up', voltage: 1_000, timeout: 3, afterMs: 5_000, status: 'timeout' },
  { name: 'is up in the middle of a second', voltage: 1_000, timeout: 2.5, afterMs: 4_500, status: 'timeout' },
  { name: 'does not look at all with a timeout of 0', voltage: 0, timeout: 0, afterMs: 2_000, status: 'timeout' },
  { name: 'takes a negative timeout for 0', voltage: 0, timeout: -5, afterMs: 2_000, status: 'timeout' },
  {
    name: 'is never near enough with a negative error',
    voltage: 0,
    maxError: -1,
    timeout: 4,
    afterMs: 6_000,
    status: 'timeout',
  },
  { name: 'gives up a voltage that is too far away', voltage: 18_000, timeout: 20, afterMs: 22_000, status: 'timeout' },
];

describe('the hv manager on a virtual rack', () => {
  let station: FakeStation;

  const startRack = async (options: JsonObject = {}, name = 'hv') =>
    station.start(hvKind.create({ noiseV: 0, ...options }, station.context(name)));

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    expect(await station.stop()).to.equal(0);
  });

  describe('measuring', () => {
    it('publishes the voltage of every block when it comes online, and then every period', async () => {
      await startRack({ blocks: 2 });
      await station.clock.pass(8_000);
      expect(station.readings('hv/1/voltage').map(({ timeMs }) => timeMs - station.clock.now())).to.deep.equal([
        -8_000, -4_000, 0,
      ]);
      expect(station.readings('hv/2/voltage')).to.have.length(3);
    });

    it('gives value, unit and quality', async () => {
      await startRack();
      expect(station.newest('hv/1/voltage')).to.include({ value: 0, unit: 'V', quality: 'good', channel: 1 });
    });

    it('measures 0 to 1000 V in steps of the ramp', async () => {
      await startRack({ measuringPeriodMs: 1_000 });
      station.send('hv', 'setVoltage', { voltage: 1_000 }, 1);
      await station.clock.pass(6_500);
      const values = station.readings('hv/1/voltage').map(({ value }) => value);
      expect(values).to.deep.equal([0, 200, 400, 600, 800, 1_000, 1_000]);
    });

    it('reads the setpoint once, when it comes online', async () => {
      await startRack();
      await station.clock.pass(20_000);
      expect(station.readings('hv/1/voltageSetpoint').map(({ value }) => value)).to.deep.equal([0]);
    });

    it('makes the same noise from the same seed', async () => {
      await startRack({ noiseV: 0.5, seed: 42 }, 'hv');
      await startRack({ noiseV: 0.5, seed: 42 }, 'other');
      await station.clock.pass(40_000);
      const values = (topic: string) => station.readings(topic).map(({ value }) => value);
      expect(values('hv/1/voltage')).to.deep.equal(values('other/1/voltage'));
      expect(new Set(values('hv/1/voltage')).size).to.be.above(5);
    });
  });

  describe('setVoltage', () => {
    it('answers 2 s after the command, whatever is measured', async () => {
      await startRack();
      const set = station.send('hv', 'setVoltage', { voltage: 18_000 }, 1);
      await station.clock.pass(10_000);
      expect(set.value()).to.deep.equal({});
      expect(set.answeredAfterMs()).to.equal(2_000);
      expect(set.answers()).to.have.length(1);
    });

    it('publishes the setpoint as it is read back, before it settles', async () => {
      await startRack();
      const set = station.send('hv', 'setVoltage', { voltage: 500 }, 1);
      await station.clock.pass(0);
      expect(station.newest('hv/1/voltageSetpoint')).to.include({ value: 500, quality: 'good' });
      expect(set.answers()).to.be.empty;
    });

    it('takes no timer when nothing has to settle', async () => {
      await startRack({ settlingMs: 0 });
      const before = station.clock.timerCount();
      const set = station.send('hv', 'setVoltage', { voltage: 500 }, 1);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      expect(set.value()).to.deep.equal({});
      expect(station.clock.timerCount()).to.equal(before);
    });

    it('takes the channel as text, too', async () => {
      await startRack();
      const set = station.send('hv', 'setVoltage', { voltage: 500 }, '1');
      await station.clock.pass(2_000);
      expect(set.value()).to.deep.equal({});
    });

    it('settles as long as it is told', async () => {
      await startRack({ settlingMs: 350 });
      const set = station.send('hv', 'setVoltage', { voltage: 500 }, 1);
      await station.clock.pass(1_000);
      expect(set.answeredAfterMs()).to.equal(350);
    });
  });

  describe('setVoltageAndCheck', () => {
    for (const { name, voltage, timeout, maxError = 5, afterMs, status } of checks) {
      it(name, async () => {
        await startRack();
        await station.clock.pass(500);
        const check = station.send('hv', 'setVoltageAndCheck', { voltage, maxError, timeout }, 1);
        await station.clock.pass(afterMs + 5_000);
        expect(check.answers()).to.have.length(1);
        expect(check.value()).to.include({ status });
        expect(check.answeredAfterMs()).to.equal(afterMs);
      });
    }

    it('carries the newest voltage and how far it is off', async () => {
      await startRack();
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 18_000, maxError: 5, timeout: 20 }, 1);
      await station.clock.pass(25_000);
      expect(check.value()).to.deep.equal({ status: 'timeout', voltage: 4_400, error: 4_400 - 18_000 });
    });

    it('carries at the time-out a voltage that has just become good, but was not looked at', async () => {
      await startRack();
      await station.clock.pass(500);
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 1_000, maxError: 5, timeout: 2.7 }, 1);
      await station.clock.pass(10_000);
      expect(check.value()).to.deep.equal({ status: 'timeout', voltage: 1_000, error: 0 });
    });

    it('is ok after 5 to 7 s from 0 to 1000 V, with noise and at any moment', async () => {
      for (let phaseMs = 0; phaseMs < 1_000; phaseMs += 130) {
        const name = `hv-${phaseMs}`;
        await startRack({ noiseV: 0.5, seed: phaseMs }, name);
        await station.clock.pass(phaseMs);
        const check = station.send(name, 'setVoltageAndCheck', { voltage: 1_000, maxError: 5, timeout: 20 }, 1);
        await station.clock.pass(25_000);
        expect(check.value()).to.include({ status: 'ok' });
        expect(check.answeredAfterMs()).to.be.within(5_000, 7_000);
      }
    });
  });

  describe('busy', () => {
    it('refuses a second command while one settles', async () => {
      await startRack();
      const first = station.send('hv', 'setVoltage', { voltage: 1 }, 1);
      const second = station.send('hv', 'setVoltage', { voltage: 2 }, 1);
      await station.clock.pass(3_000);
      expect(second.code()).to.equal('BUSY');
      expect(second.answeredAfterMs()).to.equal(0);
      expect(first.value()).to.deep.equal({});
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(1);
    });

    it('runs one of many that come at once', async () => {
      await startRack();
      const commands = Array.from({ length: 20 }, (_, index) =>
        station.send('hv', 'setVoltage', { voltage: index }, 1),
      );
      await station.clock.pass(3_000);
      expect(commands.filter((command) => command.code() === 'BUSY')).to.have.length(19);
    });

    it('holds all blocks of a rack, unless told otherwise', async () => {
      await startRack({ blocks: 2 });
      station.send('hv', 'setVoltage', { voltage: 1 }, 1);
      expect(station.send('hv', 'setVoltage', { voltage: 2 }, 2).code()).to.equal('BUSY');
    });

    it('holds one block alone when its scope is the channel', async () => {
      await startRack({ blocks: 2, busyScope: 'channel' });
      station.send('hv', 'setVoltage', { voltage: 1 }, 1);
      const other = station.send('hv', 'setVoltage', { voltage: 2 }, 2);
      const same = station.send('hv', 'setVoltage', { voltage: 2 }, 1);
      await station.clock.pass(2_000);
      expect(other.value()).to.deep.equal({});
      expect(same.code()).to.equal('BUSY');
    });

    it('never holds another rack', async () => {
      await startRack({}, 'hv');
      await startRack({}, 'hv-2');
      station.send('hv', 'setVoltage', { voltage: 1 }, 1);
      const other = station.send('hv-2', 'setVoltage', { voltage: 2 }, 1);
      await station.clock.pass(2_000);
      expect(other.value()).to.deep.equal({});
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(1);
    });

    it('is free again with its answer', async () => {
      await startRack();
      station.send('hv', 'setVoltage', { voltage: 1 }, 1);
      await station.clock.pass(2_000);
      const next = station.send('hv', 'setVoltage', { voltage: 2 }, 1);
      await station.clock.pass(2_000);
      expect(next.value()).to.deep.equal({});
    });

    it('finds a wrong command wrong also while it is busy', async () => {
      await startRack();
      station.send('hv', 'setVoltage', { voltage: 1 }, 1);
      expect(station.send('hv', 'setVoltage', { voltage: '1' }, 1).code()).to.equal('BAD_ARGUMENT');
    });
  });

  describe('refusals', () => {
    it('has no limits unless told', async () => {
      await startRack();
      const set = station.send('hv', 'setVoltage', { voltage: -1e6 }, 1);
      await station.clock.pass(2_000);
      expect(set.value()).to.deep.equal({});
    });

    for (const voltage of [NaN, Infinity, -Infinity]) {
      it(`refuses ${voltage} V`, async () => {
        await startRack();
        expect(station.send('hv', 'setVoltage', { voltage }, 1).code()).to.equal('BAD_ARGUMENT');
        expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(0);
      });
    }

    it('keeps to the limits of the rack, and says them', async () => {
      await startRack({ limits: { minimum: 0, maximum: 20_000 } });
      const set = station.send('hv', 'setVoltage', { voltage: 20_001 }, 1);
      expect(set.code()).to.equal('OUT_OF_RANGE');
      expect(set.text()).to.equal('voltage 20001 V is outside 0..20000 V');
    });

    it('keeps to the limits of a block before those of the rack', async () => {
      await startRack({ limits: { maximum: 20_000 }, blocks: [{ id: 1 }, { id: 2, limits: { maximum: 900 } }] });
      expect(station.send('hv', 'setVoltageAndCheck', { voltage: 901, maxError: 1, timeout: 1 }, 2).code()).to.equal(
        'OUT_OF_RANGE',
      );
      const set = station.send('hv', 'setVoltage', { voltage: 901 }, 1);
      await station.clock.pass(2_000);
      expect(set.value()).to.deep.equal({});
    });

    it('refuses to wait for more than a day', async () => {
      await startRack();
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 1, maxError: 1, timeout: 1e9 }, 1);
      expect(check.text()).to.equal('timeout 1000000000 s is outside ..86400 s');
    });

    it('refuses a block that the rack does not have', async () => {
      await startRack();
      expect(station.send('hv', 'setVoltage', { voltage: 1 }, 2).code()).to.equal('UNKNOWN_CHANNEL');
    });
  });

  describe('abort and makeSafe', () => {
    it('ends a check in the middle and leaves the setpoint', async () => {
      await startRack();
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 18_000, maxError: 5, timeout: 20 }, 1);
      await station.clock.pass(5_000);
      station.send('hv', 'abort', {}, 1);
      await station.clock.pass(0);
      expect(check.code()).to.equal('ABORTED');
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(18_000);
      const next = station.send('hv', 'setVoltage', { voltage: 0 }, 1);
      await station.clock.pass(2_000);
      expect(next.value()).to.deep.equal({});
    });

    it('takes the whole rack to 0 V at once, whatever runs, and says so', async () => {
      await startRack({ blocks: 2, busyScope: 'channel', limits: { minimum: 100 } });
      const first = station.send('hv', 'setVoltage', { voltage: 500 }, 1);
      const second = station.send('hv', 'setVoltageAndCheck', { voltage: 600, maxError: 1, timeout: 100 }, 2);
      await station.clock.pass(1_000);
      const safe = station.send('hv', 'makeSafe');
      await station.clock.pass(0);
      expect(safe.value()).to.deep.equal({});
      expect([first.code(), second.code()]).to.deep.equal(['ABORTED', 'ABORTED']);
      expect(
        ['hv/1/voltageSetpoint', 'hv/2/voltageSetpoint'].map((topic) => station.newest(topic)?.value),
      ).to.deep.equal([0, 0]);
    });

    it('takes the rack to the voltage that is safe for it', async () => {
      await startRack({ safeVoltage: 50 });
      station.send('hv', 'makeSafe');
      await station.clock.pass(0);
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(50);
    });

    it('leaves the voltage where that is what is safe', async () => {
      await startRack({ safeVoltage: null });
      station.send('hv', 'setVoltage', { voltage: 500 }, 1);
      await station.clock.pass(2_000);
      const safe = station.send('hv', 'makeSafe');
      await station.clock.pass(0);
      expect(safe.value()).to.deep.equal({});
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(500);
    });
  });

  describe('stop and start', () => {
    it('keeps the voltage over a restart, and reads the setpoint back', async () => {
      const rack = await startRack();
      station.send('hv', 'setVoltage', { voltage: 500 }, 1);
      await station.clock.pass(4_000);
      await rack.stop();
      await rack.start();
      await station.clock.pass(0);
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(500);
      expect(station.newest('hv/1/voltage')?.value).to.equal(500);
    });

    it('says nothing after the stop', async () => {
      const rack = await startRack();
      await rack.stop();
      const said = station.outputs.length;
      await station.clock.pass(20_000);
      expect(station.outputs).to.have.length(said);
    });
  });

  it('describes its blocks, limits, parameters and commands', async () => {
    const rack = await startRack({ blocks: [{ id: 1, limits: { maximum: 900 } }, { id: 'shift' }] });
    const { channels, parameters, commands } = rack.describe();
    expect(channels).to.deep.equal([
      {
        id: 1,
        limits: {
          'setVoltage.voltage': { maximum: 900 },
          'setVoltageAndCheck.voltage': { maximum: 900 },
          'setVoltageAndCheck.timeout': { maximum: 86_400 },
        },
      },
      { id: 'shift', limits: { 'setVoltageAndCheck.timeout': { maximum: 86_400 } } },
    ]);
    expect(Object.keys(parameters)).to.deep.equal(['voltage', 'voltageSetpoint']);
    expect(Object.keys(commands)).to.include.members(['setVoltage', 'setVoltageAndCheck', 'makeSafe', 'abort']);
  });
});
