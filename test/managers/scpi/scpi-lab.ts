import { HardwareError } from '../../../core/errors.js';
import type { DriverFile } from '../../../core/driver-file/driver-file.js';
import { resolveDriver } from '../../../core/driver-file/resolve.js';
import type { Call } from '../../../core/parameter.js';
import { createScpiDevice } from '../../../managers/scpi/scpi-device.js';
import type { ScpiDevice } from '../../../managers/scpi/scpi-device-shape.js';
import { FakeClock } from '../../support/fake-clock.js';
import { PlayedLink, scripted } from '../../support/played-link.js';

/** A supply that is in no manual, and does not say what it refuses. */
export const mute: DriverFile = {
  driver: 'acme-two',
  title: 'Acme Two',
  family: 'psu',
  source: 'Acme Two manual',
  identity: { answer: '^(?<manufacturer>ACME),(?<model>Two|Three),(?<serial>[^,]*),(?<revision>.*)$' },
  models: { Two: { channels: { 1: {}, 2: { without: ['mode'] } } }, Three: { channels: { 1: {}, 2: {}, 3: {} } } },
  parameters: {
    voltage: { ask: 'MEASure:VOLTage? (@{channel})' },
    voltageSetpoint: {
      ask: 'VOLTage? (@{channel})',
      tell: 'VOLTage {value},(@{channel})',
      limits: { minimum: 0, maximum: 30 },
    },
    enabled: { ask: 'OUTPut? (@{channel})', tell: 'OUTPut {value},(@{channel})' },
    mode: { ask: 'MODE? (@{channel})', words: { cv: 'CV', cc: 'CC' } },
  },
};

/** The same with an error queue. It has neither channels to select nor anything to be told at the start. */
export const supply: DriverFile = { ...mute, errorQueue: { ask: 'SYSTem:ERRor?', none: '^0,', size: 3 } };

/** What the instrument says to each text: the answers in turn, the last one from then on; to what is not here nothing. */
export type Answers = { [text: string]: string | readonly string[] };

export const IDENTITY = 'ACME,Two,S-1,1.0';
const NO_ERROR = '0,"No error"';

/** A device in front of an instrument that answers by a table, in fake time. `end()` in `afterEach`. */
export class ScpiLab {
  readonly clock = new FakeClock();
  readonly link: PlayedLink;
  readonly device: ScpiDevice;
  readonly answers: Answers;
  readonly #given = new Map<string, number>();

  constructor(file: Partial<DriverFile> = {}, answers: Answers = {}, model?: string, base: DriverFile = supply) {
    this.answers = { '*IDN?': IDENTITY, 'SYST:ERR?': NO_ERROR, ...answers };
    this.link = new PlayedLink(
      'TCPIP0::127.0.0.1::5025::SOCKET',
      this.clock,
      scripted((text) => this.#answerTo(text)),
    );
    const options = { driver: resolveDriver({ ...base, ...file }), clock: this.clock };
    const openLink = (): Promise<PlayedLink> => Promise.resolve(this.link);
    this.device = createScpiDevice({ ...options, openLink, ...(model === undefined ? {} : { model }) });
  }

  /** Already open; what was said so far is forgotten. */
  static async opened(
    file: Partial<DriverFile> = {},
    answers: Answers = {},
    base: DriverFile = supply,
  ): Promise<ScpiLab> {
    const lab = new ScpiLab(file, answers, undefined, base);
    const refusal = await lab.outcome(lab.device.open(lab.call()));
    if (refusal !== undefined) throw new Error(`the device does not open: ${JSON.stringify(refusal)}`);
    lab.link.said.length = 0;
    lab.link.saidAtMs.length = 0;
    return lab;
  }

  call(ms = 60_000): Call {
    return { signal: new AbortController().signal, deadline: this.clock.monotonic() + ms };
  }

  /** What comes of it within so long; of a failure its code and its words. */
  async outcome(work: Promise<unknown>, ms = 20_000): Promise<unknown> {
    let outcome: unknown = 'not settled';
    work.then(
      (value) => (outcome = value),
      (thrown: unknown) =>
        (outcome = thrown instanceof HardwareError ? `${thrown.code}: ${thrown.message}` : String(thrown)),
    );
    await this.clock.pass(ms);
    return outcome;
  }

  async end(): Promise<void> {
    await this.outcome(this.device.close(), 1_000);
    this.clock.uninstall();
  }

  #answerTo(text: string): string | undefined {
    const answer = this.answers[text];
    if (answer === undefined || typeof answer === 'string') return answer;
    const index = this.#given.get(text) ?? 0;
    this.#given.set(text, index + 1);
    return answer[Math.min(index, answer.length - 1)];
  }
}
