import type { Clock } from '../../core/clock.js';
import { defineManager } from '../../core/define-manager.js';
import { toProblem, HardwareError, type Problem } from '../../core/errors.js';
import { declare, type Call, type CommandCall, type Limits } from '../../core/parameter.js';
import { volts } from '../../core/units.js';
import type { Block, HvDriver } from './hv.driver.js';
import { checkVoltage, waitUntil } from './voltage-check.js';

const { numeric, numericArgument, command } = declare<HvDriver, Block>();

export type HvSettings = {
  readonly clock: Clock;
  /** From one measurement to the next; 0: again at once, for a measurement that takes its time itself. */
  readonly pollMs: number;
  /** From the written setpoint to the answer, or to the first look at the voltage. */
  readonly settlingMs: number;
  readonly busyScope: 'manager' | 'channel';
  readonly limitsOf: (block: Block) => Limits | undefined;
  /** Programmed on all blocks by `makeSafe`, unit V; null: a safe rack is one whose voltage stays as it is. */
  readonly safeVoltage: number | null;
};

/** A driver gets this long to take a setpoint and read it back. */
const WRITE_LIMIT_MS = 10_000;
/** Longest wait for a voltage. A day: no ramp takes longer, and no command runs for ever. */
export const MAX_CHECK_S = 86_400;

/** A high-voltage rack with one or more blocks. */
export const hvManager = ({ clock, pollMs, settlingMs, busyScope, limitsOf, safeVoltage }: HvSettings) => {
  const limits = (_rack: HvDriver, block: Block): Limits | undefined => limitsOf(block);
  const voltage = numericArgument({ description: 'Target', unit: 'V', limits });
  const setAndSettle = async (rack: HvDriver, block: Block, target: number, call: CommandCall): Promise<void> => {
    await rack.setVoltage(block, volts(target), call);
    const writtenAt = clock.monotonic();
    await call.refresh('voltageSetpoint');
    await waitUntil(clock, writtenAt + settlingMs, call);
  };

  return defineManager<HvDriver, Block>({
    kind: 'hv',
    description: 'High-voltage rack',
    channels: (rack) => rack.blocks,
    parameters: {
      voltage: numeric({
        description: 'Voltage measured at the output, through the divider',
        unit: 'V',
        pollMs,
        read: (rack, block, call) => rack.measureVoltage(block, call),
      }),
      voltageSetpoint: numeric({
        description: 'Programmed voltage: what the rack has taken, within what it can reach',
        unit: 'V',
        read: (rack, block, call) => rack.voltageSetpoint(block, call),
      }),
    },
    commands: {
      setVoltage: command({
        description:
          'Programs the voltage and answers when it has had time to settle; does not look at what is measured',
        arguments: { voltage },
        busy: 'reject',
        busyScope,
        timeoutMs: settlingMs + WRITE_LIMIT_MS,
        run: async (rack, block, values, call) => {
          await setAndSettle(rack, block, values.voltage, call);
          return {};
        },
      }),
      setVoltageAndCheck: command({
        description:
          'Programs the voltage, lets it settle, then waits until the newest measurement is near enough or the time is up',
        arguments: {
          voltage,
          maxError: numericArgument({
            description: 'How far the measurement may be off; below 0 never is near enough',
            unit: 'V',
          }),
          timeout: numericArgument({
            description:
              'Time for the voltage to get there, counted from the end of the settling; 0 or less does not look',
            unit: 's',
            limits: { maximum: MAX_CHECK_S },
          }),
        },
        busy: 'reject',
        busyScope,
        timeoutMs: ({ timeout }) => settlingMs + Math.max(0, timeout) * 1_000 + WRITE_LIMIT_MS,
        run: async (rack, block, values, call) => {
          await setAndSettle(rack, block, values.voltage, call);
          return checkVoltage(clock, values, () => rack.newestVoltage(block), call);
        },
      }),
    },
    makeSafe: async (rack, call) => {
      if (safeVoltage !== null) await setAll(rack, safeVoltage, call);
    },
  });
};

/** Every block is tried, whatever the others say. */
const setAll = async (rack: HvDriver, voltage: number, call: Call): Promise<void> => {
  const failures: Problem[] = [];
  for (const block of rack.blocks) {
    const setting = rack.setVoltage(block, volts(voltage), call);
    await setting.catch((thrown: unknown) => failures.push(toProblem(thrown)));
  }
  const [first] = failures;
  if (first !== undefined)
    throw new HardwareError(first.code, `${failures.length} of ${rack.blocks.length} blocks: ${first.message}`);
};
