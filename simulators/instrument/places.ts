import { channelId } from '../../core/driver-file/resolve.js';
import type { Template } from '../../core/driver-file/template.js';
import { channelsInList } from '../../core/wire/scpi.js';
import type { CommandValues } from './command-set.js';
import type { Machine } from './machine.js';
import type { Place } from './memory.js';
import { scpiErrors, type ScpiError } from './scpi-error.js';

type Scoped = { readonly name: string; readonly scope: 'channel' | 'manager' };

/** The channels that a command means: those it names, else the selected one. */
export const placesMeant = (
  machine: Machine,
  { name, scope }: Scoped,
  values: CommandValues,
  template: Template,
): readonly Place[] | ScpiError => {
  const { model } = machine;
  const { channel } = values;
  if (!model.has(name, undefined)) return scpiErrors.undefinedHeader;
  if (scope === 'manager' || model.channels.length === 0) return [undefined];
  const named = channel === undefined ? [machine.selected] : channelsInList(channel)?.map(channelId);
  if (named === undefined) return scpiErrors.dataType;
  for (const each of named) {
    if (each === undefined || !model.channels.includes(each)) {
      return template.header.short.includes('{channel}') ? scpiErrors.suffixOutOfRange : scpiErrors.outOfRange;
    }
    if (!model.has(name, each)) return scpiErrors.hardwareMissing;
  }
  return named;
};

export const isRefused = (places: readonly Place[] | ScpiError): places is ScpiError => !Array.isArray(places);
