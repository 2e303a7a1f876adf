import type { ResolvedDriver } from '../../core/driver-file/resolve.js';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { Refresh } from '../../core/manager-definition.js';
import type { ChannelId } from '../../core/message.js';
import type { Call } from '../../core/parameter.js';
import type { ScpiDevice } from '../scpi/scpi-device-shape.js';
import type { SafeStep } from './instrument.options.js';

/** A supply is safe when it is off. What is safe of anything else only its laboratory knows: it is left as it is. */
export const safeSteps = ({ file }: ResolvedDriver, configured: readonly SafeStep[] | undefined): readonly SafeStep[] =>
  configured ?? (file.family === 'psu' ? [{ parameter: 'enabled', value: false }] : []);

/** Every step is tried, and on all its channels at once, whatever the others say: a silent one keeps nobody waiting. */
export const makeSafe = async (
  steps: readonly SafeStep[],
  device: ScpiDevice,
  call: Call,
  refresh: Refresh<ChannelId>,
): Promise<void> => {
  const failures: HardwareError[] = [];
  let count = 0;
  for (const step of steps) {
    const places = placesOf(step, device);
    count += places.length;
    const results = await Promise.allSettled(places.map((channel) => take(step, channel, device, call, refresh)));
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      const { code, message } = toProblem(result.reason);
      failures.push(new HardwareError(code, message, { cause: result.reason }));
    }
  }
  const [first] = failures;
  if (first !== undefined)
    throw new HardwareError(first.code, `${failures.length} of ${count} safe steps failed: ${first.message}`, {
      cause: first,
    });
};

/** Of its parameter or command. */
export const nameOf = (step: SafeStep): string => ('parameter' in step ? step.parameter : step.command);

const placesOf = (step: SafeStep, device: ScpiDevice): readonly (ChannelId | undefined)[] => {
  const name = nameOf(step);
  const { channel } = step;
  if (channel !== undefined) return [device.channels.find((known) => String(known) === String(channel)) ?? channel];
  const places = device.channels.filter((known) => device.has(name, known));
  return places.length === 0 ? [undefined] : places;
};

const take = async (
  step: SafeStep,
  channel: ChannelId | undefined,
  device: ScpiDevice,
  call: Call,
  refresh: Refresh<ChannelId>,
): Promise<void> => {
  if ('command' in step) {
    await device.run(step.command, channel, step.arguments ?? {}, call);
    return;
  }
  await device.write(step.parameter, channel, step.value, call);
  if (channel !== undefined) await refresh(step.parameter, channel);
};
