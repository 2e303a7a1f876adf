import type { Json } from '../../core/json-value.js';

/** What a POST asks for; absent: left as it is. Spellings are PSUDaemon's (psu-rest spec, 1.3). */
export type ChannelChange = {
  readonly current_limit?: number;
  readonly voltage_limit?: number;
  readonly state?: boolean;
  readonly name?: string;
};

/** One thing that is wrong with a request, as FastAPI lists it: exactly these keys, in this order. */
export type Violation = {
  readonly type: string;
  readonly loc: readonly string[];
  readonly msg: string;
  readonly input: string;
};

export type Parsed<Value> = { readonly value: Value } | { readonly violation: Violation };

const intProblem = ['int_parsing', 'Input should be a valid integer, unable to parse string as an integer'] as const;
const floatProblem = ['float_parsing', 'Input should be a valid number, unable to parse string as a number'] as const;
const boolProblem = ['bool_parsing', 'Input should be a valid boolean, unable to interpret input'] as const;
/** The original lets `nan` and `inf` through to the instrument; these words are its library's own for a finite number. */
const finiteProblem = ['finite_number', 'Input should be a finite number'] as const;

const wrong = (
  [type, msg]: readonly [type: string, msg: string],
  loc: readonly string[],
  input: string,
): { readonly violation: Violation } => ({ violation: { type, loc, msg, input } });

/** One digit can stand in one place of it only: a pattern that tries several takes the square of the length, and a request of
 *  16 KiB would stop the station for half a second. */
const INTEGER = /^([+-]?)(\d(?:_?\d)*)(?:\.0*)?$/;

/** A channel number as the original understands it: ` 1`, `01`, `+1` and `1.0` are 1. Any size. */
export const channelIndex = (input: string): Parsed<bigint> => {
  const [, sign, digits] = INTEGER.exec(input.trim()) ?? [];
  if (digits === undefined) return wrong(intProblem, ['path', 'ch'], input);
  return { value: BigInt(`${sign === '-' ? '-' : ''}${digits.replaceAll('_', '')}`) };
};

/** As INTEGER: digits after the first ones only behind a point. */
const FLOAT = /^[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

const floatOf = (name: string, input: string): Parsed<number> => {
  const text = input.trim();
  const loc = ['query', name];
  if (NOT_FINITE.test(text)) return wrong(finiteProblem, loc, input);
  if (!FLOAT.test(text)) return wrong(floatProblem, loc, input);
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? { value } : wrong(finiteProblem, loc, input);
};

const yes: readonly string[] = ['1', 'true', 't', 'yes', 'y', 'on'];
const no: readonly string[] = ['0', 'false', 'f', 'no', 'n', 'off'];

const boolOf = (name: string, input: string): Parsed<boolean> => {
  const word = input.toLowerCase();
  if (yes.includes(word)) return { value: true };
  return no.includes(word) ? { value: false } : wrong(boolProblem, ['query', name], input);
};

/** In the order in which violations are listed. Of a repeated parameter the last counts; unknown ones are ignored. */
const readers = {
  state: boolOf,
  name: (_name: string, input: string): Parsed<string> => ({ value: input }),
  current_limit: floatOf,
  voltage_limit: floatOf,
} as const;

/** The change that a query string asks for, and everything that is wrong with it. */
export const channelChange = (
  query: URLSearchParams,
): { readonly change: ChannelChange; readonly violations: readonly Violation[] } => {
  const entries: [string, Json][] = [];
  const violations: Violation[] = [];
  for (const [name, read] of Object.entries(readers)) {
    const input = query.getAll(name).at(-1);
    if (input === undefined) continue;
    const parsed: Parsed<Json> = read(name, input);
    if ('violation' in parsed) violations.push(parsed.violation);
    else entries.push([name, parsed.value]);
  }
  // Each entry was read by the reader of its name.
  return { change: Object.fromEntries(entries), violations };
};
