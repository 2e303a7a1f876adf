import type { Observable } from 'rxjs';
import type { Cancel, Clock } from '../../core/clock.js';
import type { Json } from '../../core/json-value.js';
import type { Random } from '../../core/random.js';
import { isRefusal, type CommandSet } from './command-set.js';
import { delivered } from './deliver.js';
import { defaultFaultMs, FaultPlan, type Fault } from './fault.js';
import type { Instrument, InstrumentSession } from './instrument.js';
import type { Machine } from './machine.js';
import type { Place } from './memory.js';
import type { Physics } from './physics.js';
import { scpiErrors, type ScpiError } from './scpi-error.js';
import { Session, type Execution, type SessionHost } from './session.js';

export type SimulatedInstrumentOptions = {
  readonly name: string;
  readonly machine: Machine;
  readonly commands: CommandSet;
  readonly clock: Clock;
  readonly random: Random;
};

const SHOWN_CHARACTERS = 200;

/** An instrument that behaves as its driver file says and fails as its faults say. */
export class SimulatedInstrument implements Instrument {
  readonly name: string;
  readonly faults = new FaultPlan();
  readonly #machine: Machine;
  readonly #commands: CommandSet;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #terminator: string;
  readonly #sessions = new Set<Session>();
  readonly #host: SessionHost;
  #isOn = true;
  #cancelSwitchOn: Cancel | undefined;
  #messages = 0;
  #lastMessage = '';

  constructor({ name, machine, commands, clock, random }: SimulatedInstrumentOptions) {
    this.name = name;
    this.#machine = machine;
    this.#commands = commands;
    this.#clock = clock;
    this.#random = random;
    this.#terminator = machine.driver.file.link?.readTermination ?? '\n';
    this.#host = this.#createHost();
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Program messages it has been sent. */
  get requests(): number {
    return this.#messages;
  }

  get lastMessage(): string {
    return this.#lastMessage;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** Hot; a parameter is going to be set. */
  get beforeChanges(): Observable<void> {
    return this.#machine.beforeChanges;
  }

  connect(): InstrumentSession {
    const session = new Session(this.#host);
    this.#sessions.add(session);
    if (!this.#isOn) session.close();
    return session;
  }

  /** A parameter as the inside of the instrument has it, in our units; undefined: there is none, or it is switched off. */
  read(parameter: string, place: Place): Json | undefined {
    return this.#isOn ? this.#machine.read(parameter, place) : undefined;
  }

  /** Cuts every connection; it is on again after `offMs` with the settings of switching on. */
  powerCycle(offMs: number): void {
    this.switchOff();
    this.#cancelSwitchOn = this.#clock.after(offMs, () => {
      this.switchOn();
    });
  }

  switchOff(): void {
    this.#cancelSwitchOn?.();
    this.#isOn = false;
    this.#machine.reset(); // a supply without power has no output
    for (const session of [...this.#sessions]) session.cut();
  }

  /** As from the mains: without effect when it is on. */
  switchOn(): void {
    this.#cancelSwitchOn?.();
    if (this.#isOn) return;
    this.#isOn = true;
    this.#machine.switchedOn();
  }

  pushError(error: ScpiError): void {
    this.#machine.refuse(error);
    this.#checkService();
  }

  /** What hangs on its outputs; undefined: it has none. */
  get loads(): Physics['loads'] {
    return this.#machine.physics.loads;
  }

  /** Undefined: it measures nothing, or follows another instrument. */
  get setInput(): Physics['setInput'] {
    return this.#machine.physics.setInput;
  }

  /** Ends its timers and connections. Idempotent. */
  close(): void {
    this.#cancelSwitchOn?.();
    for (const session of [...this.#sessions]) session.cut();
    this.#machine.complete();
  }

  #createHost(): SessionHost {
    const { errors, status } = this.#machine;
    return {
      clock: this.#clock,
      execute: (message) => this.#execute(message),
      refuse: (what) => {
        this.pushError(scpiErrors[what]);
      },
      trigger: () => undefined,
      status: (isMessageAvailable) => status.byte(isMessageAvailable, errors.length > 0),
      reasons: (byte) => status.reasonsIn(byte),
      onClose: (session) => this.#sessions.delete(session),
    };
  }

  #execute(message: string): Execution {
    this.#messages += 1;
    this.#lastMessage = message.slice(0, SHOWN_CHARACTERS);
    const answers = this.#answersTo(message);
    const afterMs = this.#machine.takeBusyMs();
    if (this.#machine.status.serviceEnable !== 0) this.#checkService();
    if (answers.length === 0) return { afterMs, delivery: undefined };
    const faults = this.faults.forAnswer();
    const execution = delivered(answers.join(';') + this.#terminator, faults, afterMs, this.#random);
    for (const fault of faults) this.#befall(fault);
    return execution;
  }

  #answersTo(message: string): readonly string[] {
    const answers: string[] = [];
    for (const action of this.#commands.actionsOf(message)) {
      const outcome = action(this.#machine);
      if (typeof outcome === 'string') answers.push(outcome);
      if (!isRefusal(outcome)) continue;
      this.#machine.refuse(outcome);
      if (isCommandError(outcome)) break; // the parser has lost its place in the message
    }
    return answers;
  }

  #befall({ kind, ms = defaultFaultMs[kind] ?? 0, code = -310, text = 'System error' }: Fault): void {
    if (kind === 'power-cycle') this.powerCycle(ms);
    if (kind === 'error') this.pushError({ code, text });
  }

  #checkService(): void {
    for (const session of this.#sessions) session.checkService();
  }
}

const isCommandError = ({ code }: ScpiError): boolean => code <= -100 && code > -200;
