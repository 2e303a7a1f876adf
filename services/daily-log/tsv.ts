/** The slow-control log of the HV server, to the byte (spec 4.2): one file a day, one line a measurement, local time. */

const padded = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** `26-01-31.tsv`; what was not measured on hardware goes into files of its own: `26-01-31-virtual.tsv`. */
export const dailyFile = (timeMs: number, isVirtual: boolean): string => {
  const time = new Date(timeMs);
  const day = [time.getFullYear() % 100, time.getMonth() + 1, time.getDate()].map((part) => padded(part)).join('-');
  return `${day}${isVirtual ? '-virtual' : ''}.tsv`;
};

export const tsvHeader = (column: string): string => `timestamp\t${column}\n`;

/** `07:41:51.090934<TAB>500.7`; the microseconds are as fine as the clock. */
export const tsvLine = (timeMs: number, value: number): string => {
  const time = new Date(timeMs);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => padded(part)).join(':');
  const micros = Math.floor((timeMs - Math.floor(timeMs / 1_000) * 1_000) * 1_000);
  return `${clock}.${padded(micros, 6)}\t${rounded(value)}\n`;
};

/** To two decimals, a tie to the even one, and in the shortest form that has a point: as Python prints `round(value, 2)`. */
export const rounded = (value: number): string => {
  const size = Math.abs(value);
  // Only eighths lie exactly between two hundredths; toFixed would always take the upper one.
  const isTie = Number.isInteger(size * 8) && !Number.isInteger(size * 4);
  const text = String(isTie ? (2 * Math.round(size * 50)) / 100 : Number(size.toFixed(2)));
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${text.includes('.') ? text : `${text}.0`}`;
};
