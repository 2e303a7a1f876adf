import type { Device } from '../../core/device.js';
import type { ChannelId } from '../../core/message.js';
import type { Call } from '../../core/parameter.js';
import type { Volts } from '../../core/units.js';

/** One output of a rack, as Online names it. */
export type Block = ChannelId;

/** A high-voltage rack in units and promises. Closing it leaves its voltages on, by intent. */
export type HvDriver = Device & {
  readonly blocks: readonly Block[];
  /** Voltage at the output, through the divider. Unit V. Takes as long as the voltmeter integrates, 4 s on a real rack.
   *  Errors: TIMEOUT, DISCONNECTED, DEVICE_FAULT. */
  readonly measureVoltage: (block: Block, call: Call) => Promise<Volts>;
  /** The newest measurement without asking the instrument, so up to one measuring period old. Unit V.
   *  Undefined: none yet, or the last one failed. */
  readonly newestVoltage: (block: Block) => Volts | undefined;
  /** What is programmed now: read back, or what the instrument last took; within what it can reach. Unit V. Errors: TIMEOUT, DISCONNECTED, DEVICE_FAULT. */
  readonly voltageSetpoint: (block: Block, call: Call) => Promise<Volts>;
  /** Programs the output and does not wait for it to get there. Unit V, finite. Errors: TIMEOUT, DISCONNECTED. */
  readonly setVoltage: (block: Block, voltage: Volts, call: Call) => Promise<void>;
};
