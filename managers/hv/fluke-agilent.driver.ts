import { EMPTY, merge, type Observable } from 'rxjs';
import { sleep, type Clock } from '../../core/clock.js';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import type { Volts } from '../../core/units.js';
import {
  controlVoltage,
  measuredVoltage,
  programmedVoltage,
  reachableVoltage,
  type Calibration,
} from './calibration.js';
import type { Block, HvDriver } from './hv.driver.js';
import { SharedWork } from '../../core/shared-work.js';
import { calibratorOutput, voltmeterReading, wasSwitchedOn } from './scpi-answers.js';

export type FlukeAgilentOptions = {
  readonly clock: Clock;
  readonly block: Block;
  readonly calibration: Calibration;
  /** Between `READ?` and its answer: 200 power line cycles, 4 s at 50 Hz. */
  readonly measuringMs: number;
  /** Also asks `OUT?` and `*ESR?`, which the conversation of spec 4.1 does not have. */
  readonly verify: boolean;
  readonly openCalibrator: (call: Call) => Promise<Link>;
  readonly openVoltmeter: (call: Call) => Promise<Link>;
};

/** An instrument gets this long to begin its answer; default of the library that the HV server used (spec 4.1). */
const ANSWER_LIMIT_MS = 2_000;
/** Each command of the voltmeter's set-up needs a second before the next (spec 4.1). */
const SETUP_PAUSE_MS = 1_000;
/** DC volts in the 10 V range with the finest resolution, over 100 power line cycles. */
const VOLTMETER_SETUP = ['*RST', 'CONF:VOLT:DC 10,0.00001', 'DET:BAND 3', 'INP:IMP:AUTO ON', 'VOLT:NPLC 100'];
const OPERATE_PAUSE_MS = 2_000;
/** A driver has 400 ms to close; an outstanding result that takes longer makes the voltmeter beep when it is next set up. */
const LAST_READ_LIMIT_MS = 350;
/** Beyond `READ?` and its answer: two more answers, and a margin. */
const MEASURING_MARGIN_MS = 3 * ANSWER_LIMIT_MS;

/** FuG 35 kV supply: a Fluke 5502E calibrator drives its control input, an Agilent 34401A measures through the divider. */
export class FlukeAgilent implements HvDriver {
  readonly blocks: readonly Block[];
  readonly #options: FlukeAgilentOptions;
  #calibrator: Link | undefined;
  #voltmeter: Link | undefined;
  #newest: Volts | undefined;
  /** What the calibrator last took from us; undefined: nothing yet, or a write has failed. */
  #taken: Volts | undefined;
  #isResultOwed = false;
  readonly #measurement: SharedWork<Volts>;

  constructor(options: FlukeAgilentOptions) {
    this.#options = options;
    this.blocks = [options.block];
    this.#measurement = new SharedWork((signal) => {
      const deadline = options.clock.monotonic() + options.measuringMs + MEASURING_MARGIN_MS;
      return this.#measure({ signal, deadline });
    });
  }

  /** Hot; either link is enough to lose the rack. Empty until opened. */
  get lost(): Observable<Problem> {
    return merge(this.#calibrator?.lost ?? EMPTY, this.#voltmeter?.lost ?? EMPTY);
  }

  /** Takes 7 s. The calibrator keeps an output that it already has. */
  async open(call: Call): Promise<void> {
    const { clock, openVoltmeter, openCalibrator } = this.#options;
    const voltmeter = await openVoltmeter(call);
    this.#voltmeter = voltmeter;
    const calibrator = await openCalibrator(call);
    this.#calibrator = calibrator;
    for (const command of VOLTMETER_SETUP) {
      await voltmeter.write(command, call);
      await sleep(clock, SETUP_PAUSE_MS, call.signal);
    }
    await calibrator.write('OPER', call);
    await sleep(clock, OPERATE_PAUSE_MS, call.signal);
    if (this.#options.verify) await Promise.all([voltmeter.query('*ESR?', call), calibrator.query('*ESR?', call)]);
  }

  /** The voltage stays on. The outstanding result of the voltmeter is fetched, else it beeps at its next start. */
  async close(): Promise<void> {
    const { clock } = this.#options;
    if (this.#isResultOwed && this.#voltmeter !== undefined) {
      const call = { signal: new AbortController().signal, deadline: clock.monotonic() + LAST_READ_LIMIT_MS };
      await this.#voltmeter.read(call).catch(() => 'not in time: it beeps');
    }
    await Promise.all([this.#voltmeter?.close(), this.#calibrator?.close()]);
  }

  /** Takes 4 s, or what is left of a measurement that already runs: one `READ?` serves all who ask meanwhile. */
  measureVoltage(_block: Block, { signal }: Call): Promise<Volts> {
    return this.#measurement.join(signal);
  }

  newestVoltage(): Volts | undefined {
    return this.#newest;
  }

  /** Errors also: DEVICE_FAULT when it is not known, since nothing was set yet. */
  async voltageSetpoint(_block: Block, call: Call): Promise<Volts> {
    if (!this.#options.verify) return this.#known();
    return programmedVoltage(
      this.#options.calibration,
      calibratorOutput(await this.#open(this.#calibrator).query('OUT?', call)),
    );
  }

  async setVoltage(_block: Block, voltage: Volts, call: Call): Promise<void> {
    const control = controlVoltage(this.#options.calibration, voltage);
    try {
      await this.#open(this.#calibrator).write(`OUT ${control} V`, call);
      this.#taken = reachableVoltage(this.#options.calibration, voltage);
    } catch (thrown) {
      this.#taken = undefined;
      throw thrown;
    }
  }

  #known(): Volts {
    if (this.#taken !== undefined) return this.#taken;
    throw new HardwareError(
      'DEVICE_FAULT',
      'not known: nothing was set since connecting, the calibrator keeps its output',
    );
  }

  /** Errors also: DISCONNECTED when an instrument was switched off and on, so that it is set up again. */
  async #measure(call: Call): Promise<Volts> {
    const { calibration, measuringMs } = this.#options;
    this.#isResultOwed = true;
    try {
      const answer = await this.#open(this.#voltmeter).query('READ?', call, { answerAfterMs: measuringMs });
      this.#isResultOwed = false;
      this.#newest = measuredVoltage(calibration, voltmeterReading(answer));
      await this.#refusePowerCycle('voltmeter', this.#open(this.#voltmeter), call);
      await this.#refusePowerCycle('calibrator', this.#open(this.#calibrator), call);
      return this.#newest;
    } catch (thrown) {
      this.#newest = undefined;
      throw thrown;
    }
  }

  /** An instrument that was switched on again has forgotten its set-up, and the calibrator its output: nothing is sent again. */
  async #refusePowerCycle(name: string, link: Link, call: Call): Promise<void> {
    if (!this.#options.verify || !wasSwitchedOn(await link.query('*ESR?', call))) return;
    throw new HardwareError('DISCONNECTED', `the ${name} was switched off and on; it is being set up again`);
  }

  #open(link: Link | undefined): Link {
    if (link === undefined) throw new HardwareError('DISCONNECTED', 'the rack is not open');
    return link;
  }
}
