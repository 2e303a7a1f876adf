import { expect } from 'chai';
import { turnKnob } from '../../cli/simulate-knobs.js';
import { seededRandom } from '../../core/random.js';
import { Bench } from '../../simulators/bench/bench.device.js';
import { benchPlan } from '../../simulators/bench/bench.plan.js';
import { driverFiles } from '../../station/driver-files.js';
import { FakeClock } from '../support/fake-clock.js';

describe('the knobs of a simulated instrument', () => {
  let clock: FakeClock;
  let bench: Bench;
  beforeEach(() => {
    clock = new FakeClock();
    const instruments = { psu: { driver: 'keysight-e36300' }, meter: { driver: 'agilent-34401a' } };
    const plan = benchPlan({ instruments, servers: [], seed: 1 }, driverFiles);
    bench = new Bench({ plan, clock, random: seededRandom(1), createServers: () => [] });
  });
  afterEach(async () => {
    await bench.close();
    clock.uninstall();
  });
  const turn = (line: string, name = 'psu'): string => turnKnob(bench, name, line).join('\n');

  it('make it fail, and make it good again', () => {
    expect(turn('  slow 100 once  ')).to.match(/^on, faults: slow 100 once, connections: 0/);
    expect(turn('OK')).to.match(/faults: none/);
  });

  it('switch it off and on', () => {
    expect(turn('off')).to.match(/^off/);
    expect(turn('on')).to.match(/^on/);
  });

  it('put a load on an output of a supply, and a value before a meter', () => {
    expect(turn('load 1=10')).to.equal('load of output 1: 10 Ohm');
    expect(turn('load 1 = none')).to.equal('load of output 1: none');
    expect(turn('input -1.25', 'meter')).to.equal('input: -1.25');
  });

  const refused: readonly (readonly [line: string, name: string, says: RegExp])[] = [
    ['load 1=x', 'psu', /write load 1=10/],
    ['load 9=1', 'psu', /no output 9; it has 1, 2, 3/],
    ['load 1=1', 'meter', /is no supply/],
    ['input', 'meter', /write input 1\.25/],
    ['input 1', 'psu', /is no meter/],
    ['nonsense', 'psu', /"nonsense" is no fault; there are: silent/],
    ['constructor', 'psu', /is no fault/],
    ['__proto__ 1', 'psu', /is no fault/],
    ['x'.repeat(100_000), 'psu', /is no fault/],
  ];
  for (const [line, name, says] of refused) {
    it(`say what would do instead of "${line.slice(0, 20)}"`, () => {
      const answer = turn(line, name);
      expect(answer)
        .to.match(says)
        .and.match(/\(help lists everything\)$/);
      expect(answer).to.have.length.below(1_000);
    });
  }

  it('are listed by help', () => {
    for (const word of ['silent', 'power-cycle', 'load OUTPUT=OHMS', 'status']) expect(turn('help')).to.include(word);
  });

  it('are left alone by an empty line', () => {
    expect(turnKnob(bench, 'psu', '   ')).to.deep.equal([]);
  });

  it('show what a client said without what a terminal would obey', () => {
    const session = bench.instrument('psu').connect();
    session.write(Buffer.from('\u009b2J\u001b[31m"\n', 'latin1'), false);
    expect(turn('status')).to.match(/newest: "[ -~]*\\x9b2J\\x1b\[31m"+$/);
    session.close();
  });
});
