/** What a client may write for a number (IEEE 488.2, 7.7.2 and 7.7.3; SCPI-99, volume 1, 7.2). */
export type NumericArgument =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'word'; readonly word: 'minimum' | 'maximum' | 'default' }
  | { readonly type: 'bad-suffix' }
  | { readonly type: 'no-number' };

const words: Readonly<Record<string, 'minimum' | 'maximum' | 'default'>> = {
  MIN: 'minimum',
  MINIMUM: 'minimum',
  MAX: 'maximum',
  MAXIMUM: 'maximum',
  DEF: 'default',
  DEFAULT: 'default',
};

/** SCPI-99, volume 1, 7.2.1.4: no instrument can do that much, but it is a number. */
const beyond: Readonly<Record<string, number>> = {
  INF: Infinity,
  INFINITY: Infinity,
  NINF: -Infinity,
  NINFINITY: -Infinity,
  NAN: NaN,
};

const NUMBER = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d+)?)\s*([A-Z]*)$/;
const NON_DECIMAL = /^#(?:H([\dA-F]{1,8})|Q([0-7]{1,10})|B([01]{1,32}))$/;

/** IEEE 488.2, 7.7.3: `MA` is mega, for `M` is milli. */
const multipliers: Readonly<Record<string, number>> = {
  '': 1,
  N: 1e-9,
  U: 1e-6,
  M: 1e-3,
  K: 1e3,
  MA: 1e6,
};

/** `unit`: ours, such as `V`; the suffix may be left out. */
export const numericArgument = (text: string, unit: string | undefined): NumericArgument => {
  const said = text.trim().toUpperCase();
  const word = words[said];
  if (word !== undefined) return { type: 'word', word };
  const outside = beyond[said];
  if (outside !== undefined) return { type: 'number', value: outside };
  const [, hex, octal, binary] = NON_DECIMAL.exec(said) ?? [];
  const digits = hex ?? octal ?? binary;
  if (digits !== undefined) {
    return { type: 'number', value: parseInt(digits, hex !== undefined ? 16 : octal !== undefined ? 8 : 2) };
  }
  const [, number, suffix = ''] = NUMBER.exec(said) ?? [];
  if (number === undefined) return { type: 'no-number' };
  const factor = factorOf(suffix, (unit ?? '').toUpperCase());
  return factor === undefined ? { type: 'bad-suffix' } : { type: 'number', value: scaled(Number(number), factor) };
};

const factorOf = (suffix: string, unit: string): number | undefined => {
  if (suffix === '') return 1;
  if (unit === '' || !suffix.endsWith(unit)) return undefined;
  return multipliers[suffix.slice(0, suffix.length - unit.length)];
};

/** 500 MV is 0.5 V, not 0.5000000000000001 V. */
const scaled = (value: number, factor: number): number =>
  factor === 1 ? value : Number((value * factor).toPrecision(15));
