import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Volts } from '../../core/units.js';
import type { Block, HvDriver } from './hv.driver.js';
import { VirtualBlock, type BlockPhysics } from './virtual-block.js';

export type VirtualRackOptions = BlockPhysics & {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly blocks: readonly Block[];
};

/** A rack without hardware. Like a real one it keeps its voltages when the driver is closed and opened again. */
export class VirtualRack implements HvDriver {
  readonly blocks: readonly Block[];
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #outputs: ReadonlyMap<Block, VirtualBlock>;

  constructor({ clock, blocks, ...physics }: VirtualRackOptions) {
    this.blocks = blocks;
    this.#clock = clock;
    this.#outputs = new Map(blocks.map((block) => [block, new VirtualBlock(physics, clock.monotonic())]));
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  measureVoltage(block: Block): Promise<Volts> {
    return Promise.resolve(this.newestVoltage(block));
  }

  newestVoltage(block: Block): Volts {
    return this.#output(block).voltageAt(this.#clock.monotonic());
  }

  voltageSetpoint(block: Block): Promise<Volts> {
    return Promise.resolve(this.#output(block).setpoint);
  }

  setVoltage(block: Block, voltage: Volts): Promise<void> {
    this.#output(block).setVoltage(voltage, this.#clock.monotonic());
    return Promise.resolve();
  }

  #output(block: Block): VirtualBlock {
    const output = this.#outputs.get(block);
    if (output === undefined) throw new HardwareError('UNKNOWN_CHANNEL', `the virtual rack has no block "${block}"`);
    return output;
  }
}
