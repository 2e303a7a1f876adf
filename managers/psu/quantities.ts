import { vocabulary } from '../../core/driver-file/vocabulary.js';
import type { Quantity } from './psu.driver.js';

/** How often a quantity is worth asking for: what is measured, what can change by itself, what only a person changes. */
export type Pace = 'measured' | 'status' | 'setting';
/** Unit ms. */
export type Paces = Readonly<Record<Pace, number>>;

const measured: ReadonlySet<string> = new Set(['voltage', 'current', 'power']);

/** Each switches the output off by itself, stays until it is cleared, and is an alarm; in the words of a sentence. */
export const trips: Readonly<Record<string, string>> = {
  overVoltageTripped: 'the over-voltage protection has tripped',
  overCurrentTripped: 'the over-current protection has tripped',
};

/** What can move at a rate, with its unit. */
export const rampable = { voltageSetpoint: 'V', currentLimit: 'A' } as const;
export type Rampable = keyof typeof rampable;

const status: ReadonlySet<string> = new Set(['enabled', 'mode', 'overTemperature', ...Object.keys(trips)]);

/** Quantities of the model's own are settings. */
export const paceOf = (quantity: string): Pace => {
  if (measured.has(quantity)) return 'measured';
  return status.has(quantity) ? 'status' : 'setting';
};

/** A word of the vocabulary as a quantity, for drivers that are no driver file. */
export const quantityOf = (
  name: string,
  access: { readonly isWritable?: boolean; readonly choices?: readonly string[] } = {},
): Quantity => {
  const word = vocabulary.psu[name];
  return {
    name,
    description: word?.description ?? name,
    type: word?.type ?? 'number',
    unit: word?.unit,
    choices: access.choices ?? [],
    scope: word?.scope ?? 'channel',
    isAsked: true,
    isWritable: access.isWritable ?? false,
  };
};
