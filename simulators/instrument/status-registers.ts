import { eventBitOf, type ScpiError } from './scpi-error.js';

/** Bits of the status byte (IEEE 488.2, 11.2; SCPI-99, volume 1, 5.6). */
export const statusBits = { errorQueue: 4, messageAvailable: 16, eventSummary: 32, requestOrMaster: 64 } as const;
/** Bits of the standard event status register (IEEE 488.2, 11.5.1). */
export const eventBits = { operationComplete: 1, powerOn: 128 } as const;

/** The status registers of one instrument: all its connections share them. */
export class StatusRegisters {
  #event: number = eventBits.powerOn;
  eventEnable = 0;
  serviceEnable = 0;

  set(bits: number): void {
    this.#event |= bits;
  }

  refused(error: ScpiError): void {
    this.set(eventBitOf(error));
  }

  /** Reading clears. */
  takeEvents(): number {
    const events = this.#event;
    this.#event = 0;
    return events;
  }

  clear(): void {
    this.#event = 0;
  }

  switchedOn(): void {
    this.#event = eventBits.powerOn;
    this.eventEnable = 0;
    this.serviceEnable = 0;
  }

  /** Without bit 6, which is the master summary for `*STB?` and the request for a serial poll. */
  byte(isMessageAvailable: boolean, hasErrors: boolean): number {
    return (
      (hasErrors ? statusBits.errorQueue : 0) |
      (isMessageAvailable ? statusBits.messageAvailable : 0) |
      ((this.#event & this.eventEnable) === 0 ? 0 : statusBits.eventSummary)
    );
  }

  /** The reasons to ask for service in a status byte. */
  reasonsIn(byte: number): number {
    return byte & this.serviceEnable & ~statusBits.requestOrMaster;
  }
}
