import type { Bus } from '../../core/bus.js';
import type { Description } from '../../core/description.js';
import type { HardwareManager } from '../../core/manager.js';
import type { ChannelId, Reading } from '../../core/message.js';

/** One manager as a scrape finds it. */
export type ManagerView = {
  readonly manager: HardwareManager;
  readonly description: Description;
  readonly isOnline: boolean;
  readonly readings: readonly Reading[];
};

export const managerViews = (bus: Bus): readonly ManagerView[] =>
  bus.managers.map((manager) => ({
    manager,
    description: manager.describe(),
    isOnline: manager.state === 'online',
    readings: bus.streamOf(manager.name).snapshot(),
  }));

/** The newest reading of a parameter that can be believed; undefined: there is none. */
export const believed = (
  { readings }: ManagerView,
  channel: ChannelId | undefined,
  parameter: string,
): Reading | undefined =>
  readings.find(
    (reading) => reading.parameter === parameter && reading.channel === channel && reading.quality === 'good',
  );

/** A number, or a flag as 1 and 0; undefined: a metric cannot say it. */
export const numberOf = (reading: Reading | undefined): number | undefined => {
  const value = reading?.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
};
