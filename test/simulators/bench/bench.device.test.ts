import { expect } from 'chai';
import type { DriverFile } from '../../../core/driver-file/driver-file.js';
import { seededRandom } from '../../../core/random.js';
import { Bench } from '../../../simulators/bench/bench.device.js';
import { benchPlan } from '../../../simulators/bench/bench.plan.js';
import { driverFiles } from '../../../station/driver-files.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('a simulated supply without channels', () => {
  const file: DriverFile = {
    driver: 'one-output',
    title: 'A supply with one output',
    family: 'psu',
    source: 'this test',
    identity: { answer: '^(?<manufacturer>A),(?<model>B),(?<serial>[^,]*),(?<revision>.*)$' },
    models: { B: {} },
    parameters: { voltageSetpoint: { ask: 'VOLT?', tell: 'VOLT {value}', limits: { minimum: 0, maximum: 10 } } },
  };
  let clock: FakeClock;
  let bench: Bench;

  beforeEach(() => {
    clock = new FakeClock();
    const instruments = { psu: { driver: 'one-output', loads: { 1: 5 } } };
    const plan = benchPlan({ instruments, servers: [], seed: 1 }, { ...driverFiles, read: () => file });
    bench = new Bench({ plan, clock, random: seededRandom(1), createServers: () => [] });
  });

  afterEach(async () => {
    await bench.close();
    clock.uninstall();
  });

  const ohms = (): number | undefined => bench.instrument('psu').loads?.get(undefined)?.ohms;

  it('has the load of its config at its only output', () => {
    expect(ohms()).to.equal(5);
  });

  it('takes a load by whatever its output is called', () => {
    for (const [index, output] of ['1', 'output', undefined].entries()) {
      bench.setLoad('psu', output, index);
      expect(ohms(), output).to.equal(index);
    }
  });
});
