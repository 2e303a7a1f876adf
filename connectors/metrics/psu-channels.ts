import { isJsonObject, type Json } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import { believed, numberOf, type ManagerView } from './manager-view.js';

export type PsuIdentity = { readonly [Field in 'manufacturer' | 'model' | 'serial' | 'revision']: string | undefined };

/** One supply; `psu`: as its clients call it. */
export type PsuView = {
  readonly psu: string;
  readonly view: ManagerView;
  readonly identity: PsuIdentity;
  /** None while it is away: a stale value is worse than a gap. */
  readonly channels: readonly PsuChannel[];
};

/** One output of a supply. */
export type PsuChannel = {
  readonly id: ChannelId;
  readonly name: string;
  /** A number or a flag that can be believed, of the channel or else of the whole supply. */
  readonly number: (parameter: string) => number | undefined;
  readonly text: (parameter: string) => string | undefined;
};

const PSU = 'psu';

export const psuViews = (views: readonly ManagerView[], nameOf: (manager: string) => string): readonly PsuView[] =>
  views
    .filter(({ description }) => description.kind === PSU)
    .map((view) => ({
      psu: nameOf(view.manager.name),
      view,
      identity: identityOf(believed(view, undefined, 'identity')?.value),
      channels: view.isOnline ? view.description.channels.map(({ id }) => channelOf(view, id)) : [],
    }));

const channelOf = (view: ManagerView, id: ChannelId): PsuChannel => {
  const reading = (parameter: string) => believed(view, id, parameter) ?? believed(view, undefined, parameter);
  const text = (parameter: string): string | undefined => {
    const value = reading(parameter)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  return { id, name: text('name') ?? `CH${id}`, number: (parameter) => numberOf(reading(parameter)), text };
};

const identityOf = (value: Json | undefined): PsuIdentity => {
  const fields = isJsonObject(value) ? value : {};
  const text = (field: keyof PsuIdentity): string | undefined => {
    const found = fields[field];
    return typeof found === 'string' ? found : undefined;
  };
  return {
    manufacturer: text('manufacturer'),
    model: text('model'),
    serial: text('serial'),
    revision: text('revision'),
  };
};
