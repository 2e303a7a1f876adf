import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Json } from '../../core/json-value.js';
import { openTcpSocket } from '../../managers/links/tcp-stream.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { until } from './online-station.js';
import { ScriptedInstrument } from './scripted-instrument.js';
import { simulatedSupply } from './simulated-supply.js';
import { VanishingInstrument } from './vanishing-instrument.js';
import { WiredStation } from './wired-station.js';

/** How long an instrument may take to be noticed, and to be used again (RELIABILITY, fault 1). */
const BACK_MS = 2_000;
const NOTICED_MS = 100;
const POLL_MS = 25;

/** A simulated supply on a port that it keeps while it is away. */
class PluggableSupply {
  readonly supply: SimulatedInstrument = simulatedSupply();
  #server: InstrumentServer | undefined;
  resource = '';

  async plugIn(): Promise<this> {
    const port = Number(this.resource.split('::')[2] ?? 0);
    const options = { host: '127.0.0.1', port, instrument: this.supply };
    this.#server = createScpiSocketServer(options, { clock: systemClock, log: new MemoryLog() });
    [this.resource = ''] = await this.#server.start();
    return this;
  }

  /** Connections are cut and refused from now on. */
  async unplug(): Promise<void> {
    await this.#server?.stop();
  }

  async close(): Promise<void> {
    this.supply.close();
    await this.unplug();
  }
}

describe('a station whose instruments come and go', () => {
  let away: PluggableSupply;
  let steady: PluggableSupply;
  let station: WiredStation;
  let isLoaded: boolean;

  const psu = (resource: string) => ({ kind: 'psu', driver: 'keysight-e36300', resource, pollMs: POLL_MS });
  const meter = (resource: string) => ({
    kind: 'instrument',
    driver: 'keysight-e36300',
    resource,
    pollMs: { voltage: POLL_MS },
  });

  beforeEach(async () => {
    away = await new PluggableSupply().plugIn();
    steady = await new PluggableSupply().plugIn();
    station = new WiredStation();
    isLoaded = true;
  });
  afterEach(async () => {
    isLoaded = false;
    await station.stop();
    await away.close();
    await steady.close();
  });

  /** Commands to a manager, one after the other, until it is told to stop; how each was answered. */
  const load = (manager: string): { readonly stop: () => Promise<readonly string[]> } => {
    let isWanted = true;
    const answers: string[] = [];
    const run = async (): Promise<void> => {
      while (isWanted && isLoaded) {
        const answer = await station.ask(manager, 'setVoltageSetpoint', 1, { value: 1 });
        answers.push(answer.type === 'reply' ? 'done' : answer.problem.code);
        await pause(10);
      }
    };
    const running = run();
    return {
      stop: async () => {
        isWanted = false;
        await running;
        return answers;
      },
    };
  };

  for (const [kind, config, cycles] of [
    ['psu', psu, 25],
    ['instrument', meter, 5],
  ] as const) {
    it(`has one of kind ${kind} back in time, ${cycles} times, and polls the other all the while`, async () => {
      await station.start({ away: config(away.resource), steady: psu(steady.resource) });
      await station.online('away', 'steady');
      const loads = [load('away'), load('steady')] as const;
      const [noticed, back]: [number[], number[]] = [[], []];
      const startedAt = performance.now();
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        const polled = station.readings('steady/1/voltage').length;
        const unpluggedAt = performance.now();
        // By turns: its port is gone, and it is there but without power.
        const isPortGone = cycle % 2 === 0;
        if (isPortGone) await away.unplug();
        else away.supply.switchOff();
        await until('it is away', () => !station.isOnline('away'));
        noticed.push(performance.now() - unpluggedAt);
        await pause(50 + 40 * (cycle % 5));
        if (isPortGone) await away.plugIn();
        else away.supply.switchOn();
        const pluggedAt = performance.now();
        const seen = station.readings('away/1/voltage').length;
        const isRead = (): boolean =>
          station
            .readings('away/1/voltage')
            .slice(seen)
            .some(({ quality }) => quality === 'good');
        await until('it is back', isRead);
        back.push(performance.now() - pluggedAt);
        expect(station.readings('steady/1/voltage').length - polled).to.be.above(0);
      }
      const seconds = (performance.now() - startedAt) / 1_000;
      const [awayAnswers, steadyAnswers] = [await loads[0].stop(), await loads[1].stop()];

      expect(Math.max(...back)).to.be.below(BACK_MS);
      expect(noticed.sort((a, b) => a - b)[cycles >> 1]).to.be.below(NOTICED_MS);
      expect(station.edges('away')).to.deep.equal([
        'online',
        ...Array.from({ length: cycles }, () => ['offline', 'online']).flat(),
      ]);
      expect(station.logged('away').filter((line) => line.startsWith('warn'))).to.have.length.within(1, cycles);
      expect(station.logged('away')).to.have.length.below(2 * cycles + 1);

      expect(station.edges('steady')).to.deep.equal(['online']);
      expect(station.logged('steady')).to.deep.equal([]);
      expect(new Set(steadyAnswers)).to.deep.equal(new Set(['done']));
      expect([...new Set(awayAnswers)]).to.have.members(['done', 'DISCONNECTED']);
      const good = station.readings('steady/1/voltage').filter(({ quality }) => quality === 'good');
      expect(good).to.have.length.above((seconds * 1_000) / POLL_MS / 3);
      expect(station.readings('steady/1/voltage').length - good.length).to.equal(0);

      for (const { waiting, isOpen, timeouts, oldestMs } of await station.links()) {
        expect({ isOpen, timeouts }).to.deep.equal({ isOpen: true, timeouts: 0 });
        expect(waiting).to.be.below(4); // one of each loop that polls
        expect(oldestMs).to.be.below(1_000);
      }
      expect(['away', 'steady'].map((name) => station.bus.manager(name)?.input.depth)).to.deep.equal([0, 0]);
    }).timeout(90_000);
  }

  it('shows readings as bad while it is away, says since when in the log, and once', async () => {
    await station.start({ away: psu(away.resource) });
    await station.online('away');
    await away.unplug();
    await until('it is away', () => station.newest('away/1/voltage')?.quality === 'bad');
    expect(station.newest('away/1/voltage')).to.have.nested.property('problem.code', 'DISCONNECTED');
    const refused = await station.ask('away', 'setVoltageSetpoint', 1, { value: 1 });
    expect(refused).to.have.nested.property('problem.code', 'DISCONNECTED');
    await pause(1_500);
    expect(station.logged('away')).to.deep.equal(['warn: instrument is away']);
    await away.plugIn();
    await until('the outage is over', () => station.logged('away').length === 2);
    expect(station.logged('away')).to.deep.equal(['warn: instrument is away', 'info: instrument is back']);
    const awayMs = station.log.lines.at(-1)?.fields['awayMs'];
    expect(awayMs).to.be.within(1_500, 1_500 + BACK_MS);
  });

  it('notices a power-cycle, and sends nothing again', async () => {
    await station.start({ away: psu(away.resource) });
    await station.online('away');
    await station.ask('away', 'setVoltageSetpoint', 1, { value: 3 });
    await station.ask('away', 'setEnabled', 1, { value: true });
    expect([away.supply.read('voltageSetpoint', 1), away.supply.read('enabled', 1)]).to.deep.equal([3, true]);
    away.supply.powerCycle(300);
    await until('it is away', () => !station.isOnline('away'));
    await station.online('away');
    const read = (topic: string): Json | undefined => {
      const reading = station.newest(topic);
      return reading?.quality === 'good' ? reading.value : undefined;
    };
    await until('it is read again', () => read('away/1/enabled') === false && read('away/1/voltageSetpoint') === 0);
    expect([away.supply.read('voltageSetpoint', 1), away.supply.read('enabled', 1)]).to.deep.equal([0, false]);
  });

  it('finds a silent instrument within two time-outs of 3 s at most, and uses it as soon as it speaks', async () => {
    await station.start({ away: { ...psu(away.resource), link: { timeoutMs: 300 } } });
    await station.online('away');
    away.supply.faults.add({ kind: 'silent' });
    const startedAt = performance.now();
    await until('it is away', () => !station.isOnline('away'));
    expect(performance.now() - startedAt).to.be.below(3_800);
    expect(station.newest('away/1/voltage')?.problem?.message).to.match(/did not answer "MEAS:VOLT\?|0 got/);
    away.supply.faults.replace([]);
    const spokeAt = performance.now();
    await station.online('away');
    expect(performance.now() - spokeAt).to.be.below(BACK_MS + 300);
  });

  it('notices within two time-outs that one has vanished from the network, and finds it soon after its return', async () => {
    const vanishing = await new VanishingInstrument().start();
    try {
      await station.start({ away: { ...meter(vanishing.resource), link: { timeoutMs: 500 } } });
      for (const awayMs of [300, 2_600]) {
        await station.online('away');
        vanishing.vanish();
        const vanishedAt = performance.now();
        await until('it is away', () => !station.isOnline('away'));
        expect(performance.now() - vanishedAt).to.be.below(500 + 1_000 + 500);
        await pause(awayMs);
        vanishing.comeBack();
        const backAt = performance.now();
        await station.online('away');
        expect(performance.now() - backAt).to.be.below(BACK_MS);
      }
      expect(station.edges('away')).to.deep.equal(['online', 'offline', 'online', 'offline', 'online']);
    } finally {
      await vanishing.stop();
    }
  });

  it('asks for a connection again before the system would', async () => {
    const vanishing = await new VanishingInstrument().start();
    try {
      vanishing.vanish();
      await pause(100);
      const call = { signal: new AbortController().signal, deadline: systemClock.monotonic() + 15_000 };
      const opening = openTcpSocket('127.0.0.1', vanishing.port, systemClock, call);
      await pause(7_200); // Linux has asked after 7 s, and would ask after 11 (before 6.5, after 15)
      vanishing.comeBack();
      const backAt = performance.now();
      (await opening).destroy();
      expect(performance.now() - backAt).to.be.below(BACK_MS);
    } finally {
      await vanishing.stop();
    }
  });

  it('tries again soon, then in growing pauses, and logs one line', async () => {
    const refusing = await new ScriptedInstrument().plugIn();
    refusing.accepts = () => false;
    await station.start({ away: psu(refusing.resource) });
    await pause(4_500);
    await refusing.unplug();
    const pauses = refusing.connections.slice(1).map((at, index) => at - (refusing.connections[index] ?? 0));
    expect(refusing.connections).to.have.length.within(6, 14);
    expect(pauses[0]).to.be.within(50, 150);
    const half = pauses.length >> 1;
    const longest = (some: readonly number[]): number => Math.max(...some);
    expect(longest(pauses)).to.be.below(BACK_MS);
    expect(longest(pauses.slice(half))).to.be.above(2 * longest(pauses.slice(0, half)));
    expect(station.logged('away')).to.deep.equal(['warn: instrument is away']);
  });
});
