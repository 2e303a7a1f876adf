import { Subject } from 'rxjs';
import { sleep, type Clock } from '../../core/clock.js';
import { defineManager } from '../../core/define-manager.js';
import type { Device } from '../../core/device.js';
import { HardwareError, problem, type Problem } from '../../core/errors.js';
import { declare, type Call } from '../../core/parameter.js';

export type Work = 'open' | 'close' | 'read' | 'write' | 'makeSafe';
/** `hang`: never settles, whatever its signal says; `late`: settles 700 ms after it should, whatever its signal says. */
export type Behaviour = 'good' | 'throw' | 'reject' | 'lost' | 'timeout' | 'fault' | 'hang' | 'late';

/** A bench supply on the table: it keeps its setpoints however often a driver connects to it. */
export class SupplyOnTheTable {
  readonly clock: Clock;
  readonly setpoints = new Map([
    [1, 0],
    [2, 0],
  ]);
  /** Everything that was asked of it, and in which connection. */
  readonly asked: string[] = [];
  readonly behaviour: Partial<Record<Work, Behaviour>> = {};
  /** Time that one request takes. */
  answerMs = 0;
  /** How long a silent instrument is waited for. */
  timeoutMs = 1_000;
  outputs: readonly number[] = [1, 2];
  measured: unknown = undefined;
  drivers: FakeSupply[] = [];
  /** What the newest request was told to watch. */
  lastSignal = new AbortController().signal;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  createDriver = (): FakeSupply => {
    const driver = new FakeSupply(this, this.drivers.length + 1);
    this.drivers.push(driver);
    return driver;
  };

  /** Somebody pulls the plug: the link says so at once, and so does whatever is asked until it is `back`. */
  unplug(): void {
    for (const work of ['open', 'read', 'write', 'makeSafe'] as const) this.behaviour[work] = 'lost';
    this.drivers.at(-1)?.lost.next(problem('DISCONNECTED', 'connection reset'));
  }

  back(): void {
    for (const work of ['open', 'read', 'write', 'makeSafe'] as const) this.behaviour[work] = 'good';
  }

  countOf(start: string): number {
    return this.asked.filter((line) => line.startsWith(start)).length;
  }
}

export class FakeSupply implements Device {
  readonly lost = new Subject<Problem>();
  readonly #table: SupplyOnTheTable;
  readonly #number: number;

  constructor(table: SupplyOnTheTable, number: number) {
    this.#table = table;
    this.#number = number;
  }

  get outputs(): readonly number[] {
    return this.#table.outputs;
  }

  open = (call: Call): Promise<void> => this.#perform('open', '', call);

  close = (): Promise<void> => this.#perform('close', '', neverAborted);

  async measureVoltage(output: number, call: Call): Promise<number> {
    await this.#perform('read', ` voltage ${output}`, call);
    return (this.#table.measured ?? this.#table.setpoints.get(output)) as number;
  }

  async voltageSetpoint(output: number, call: Call): Promise<number> {
    await this.#perform('read', ` voltageSetpoint ${output}`, call);
    return this.#table.setpoints.get(output) ?? Number.NaN;
  }

  async setVoltage(output: number, value: number, call: Call): Promise<void> {
    await this.#perform('write', ` ${output} ${value}`, call);
    this.#table.setpoints.set(output, value);
  }

  async makeSafe(call: Call): Promise<void> {
    await this.#perform('makeSafe', '', call);
    for (const output of this.outputs) this.#table.setpoints.set(output, 0);
  }

  /** Not `async`: a driver that throws before it returns a promise is one of the faults. */
  #perform(work: Work, what: string, call: Call): Promise<void> {
    const { behaviour, answerMs, timeoutMs, clock, asked } = this.#table;
    this.#table.lastSignal = call.signal;
    asked.push(`${work}${what} #${this.#number}`);
    switch (behaviour[work] ?? 'good') {
      case 'good':
        return answerMs === 0 ? Promise.resolve() : sleep(clock, answerMs, call.signal);
      case 'throw':
        throw new TypeError(`${work} threw`);
      case 'reject':
        return Promise.reject(new TypeError(`${work} rejected`));
      case 'lost':
        return Promise.reject(new HardwareError('DISCONNECTED', 'connection reset'));
      case 'fault':
        return Promise.reject(new HardwareError('DEVICE_FAULT', 'over-temperature'));
      case 'timeout':
        return sleep(clock, timeoutMs, call.signal).then(() => {
          throw new HardwareError('TIMEOUT', `no answer within ${timeoutMs} ms`);
        });
      case 'late':
        return sleep(clock, answerMs + 700, neverAborted.signal);
      case 'hang':
        return new Promise(() => undefined);
    }
  }
}

const neverAborted: Call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY };

const { numeric, numericArgument, command } = declare<FakeSupply>();

export const POLL_MS = 1_000;
export const WRITE_LIMIT_MS = 5_000;

/** Two outputs of 0 to 25 V; `voltage` is polled every second, `voltageSetpoint` read when it may have changed. */
export const supplyManager = defineManager<FakeSupply>({
  kind: 'supply',
  description: 'Bench supply of the tests',
  channels: (supply) => supply.outputs,
  parameters: {
    voltage: numeric({
      description: 'Voltage at the terminals',
      unit: 'V',
      pollMs: POLL_MS,
      read: (supply, output, call) => supply.measureVoltage(output, call),
    }),
    voltageSetpoint: numeric({
      description: 'Programmed voltage',
      unit: 'V',
      limits: { minimum: 0, maximum: 25 },
      read: (supply, output, call) => supply.voltageSetpoint(output, call),
      write: (supply, output, value, call) => supply.setVoltage(output, value, call),
    }),
  },
  commands: {
    setNow: command({
      description: 'Sets an output, or is refused while the output is busy',
      arguments: {
        voltage: numericArgument({ description: 'Target', unit: 'V', limits: { minimum: 0, maximum: 25 } }),
      },
      busy: 'reject',
      timeoutMs: WRITE_LIMIT_MS,
      run: async (supply, output, { voltage }, call) => {
        await supply.setVoltage(output, voltage, call);
        await call.refresh('voltageSetpoint');
        return { voltage };
      },
    }),
  },
  makeSafe: (supply, call) => supply.makeSafe(call),
});
