import { Subject, type Observable } from 'rxjs';
import type { ResolvedDriver, ResolvedModel } from '../../core/driver-file/resolve.js';
import type { Json } from '../../core/json-value.js';
import { ErrorQueue } from './error-queue.js';
import type { Memory, Place } from './memory.js';
import type { Physics } from './physics.js';
import type { ScpiError } from './scpi-error.js';
import { StatusRegisters } from './status-registers.js';

export type MachineOptions = {
  readonly driver: ResolvedDriver;
  readonly model: ResolvedModel;
  readonly memory: Memory;
  readonly physics: Physics;
  readonly serial?: string;
};

/** Where the file names no size: as the Keysight supplies have it. */
const ERROR_QUEUE_SIZE = 20;

/** The inside of a simulated instrument: what all its connections share. */
export class Machine {
  readonly driver: ResolvedDriver;
  readonly model: ResolvedModel;
  readonly memory: Memory;
  readonly physics: Physics;
  readonly errors: ErrorQueue;
  readonly status = new StatusRegisters();
  readonly serial: string | undefined;
  /** The channel that commands without one mean. */
  selected: Place;
  readonly #beforeChanges = new Subject<void>();
  #busyMs = 0;

  constructor({ driver, model, memory, physics, serial }: MachineOptions) {
    this.driver = driver;
    this.model = model;
    this.memory = memory;
    this.physics = physics;
    this.serial = serial;
    this.errors = new ErrorQueue(driver.file.errorQueue?.size ?? ERROR_QUEUE_SIZE);
    this.selected = model.channels[0];
    this.#restart();
  }

  /** Undefined: no such parameter there. */
  read(parameter: string, place: Place): Json | undefined {
    return this.physics.read(parameter, place) ?? this.memory.get(parameter, place);
  }

  /** Hot; a parameter is going to be set. */
  get beforeChanges(): Observable<void> {
    return this.#beforeChanges;
  }

  tell(parameter: string, place: Place, value: Json): void {
    this.#beforeChanges.next();
    this.memory.set(parameter, place, value);
    this.physics.told(parameter, place, value);
  }

  refuse(error: ScpiError): void {
    this.errors.push(error);
    this.status.refused(error);
  }

  clearStatus(): void {
    this.errors.clear();
    this.status.clear();
  }

  /** `*RST`: settings as after switching on; status and errors stay. */
  reset(): void {
    this.#restart();
  }

  switchedOn(): void {
    this.#restart();
    this.errors.clear();
    this.status.switchedOn();
  }

  /** A measurement takes its time: the answer comes later. */
  takes(ms: number): void {
    this.#busyMs += ms;
  }

  /** How long the commands since the last call take. */
  takeBusyMs(): number {
    const ms = this.#busyMs;
    this.#busyMs = 0;
    return ms;
  }

  /** Idempotent. */
  complete(): void {
    this.#beforeChanges.complete();
  }

  #restart(): void {
    this.#beforeChanges.next();
    this.memory.reset();
    this.physics.reset();
    this.selected = this.model.channels[0];
  }
}
