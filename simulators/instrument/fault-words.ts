import { HardwareError } from '../../core/errors.js';
import { defaultFaultMs, faultKinds, faultLimits, isFaultKind, type Fault, type FaultKind } from './fault.js';

/** How a person says a fault: `silent`, `slow 500 every 3`, `late 3000`, `garbage once`, `error -222 "Data out of range"`. */
export const faultForms: readonly (readonly [form: string, meaning: string])[] = Object.entries(faultKinds).map(
  ([kind, meaning]) => [`${kind}${argumentOf(kind)} [once | N times] [every N]`, meaning] as const,
);

/** Errors: BAD_ARGUMENT with what there is. */
export const parseFault = (line: string): Fault => {
  const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(line.slice(0, MAX_LINE)) ?? [];
  const kind = word.toLowerCase();
  if (!isFaultKind(kind)) {
    throw new HardwareError('BAD_ARGUMENT', `"${word}" is no fault; there are: ${Object.keys(faultKinds).join(', ')}`);
  }
  const { left, ...repeat } = repetition(rest);
  return { kind, ...ownArguments(kind, left), ...repeat };
};

/** The same fault in words again. */
export const faultWords = ({ kind, ms, every, times, code, text }: Fault): string =>
  [
    kind,
    ms === undefined ? '' : String(ms),
    code === undefined ? '' : `${code} "${text ?? ''}"`,
    times === undefined ? '' : times === 1 ? 'once' : `${times} times`,
    every === undefined || every === 1 ? '' : `every ${every}`,
  ]
    .filter((part) => part !== '')
    .join(' ');

const MAX_LINE = 256;
const DEFAULT_ERROR = { code: -310, text: 'System error' };

function argumentOf(kind: string): string {
  if (kind === 'error') return ' [CODE ["TEXT"]]';
  return isFaultKind(kind) && defaultFaultMs[kind] !== undefined ? ' [MS]' : '';
}

type Repetition = { readonly left: string; readonly every?: number; readonly times?: number };

const repetition = (rest: string): Repetition => {
  const every = /(?:^|\s)every\s+(\d+)(?=\s|$)/i.exec(rest);
  const times = /(?:^|\s)(?:once|(\d+)\s+times)(?=\s|$)/i.exec(rest);
  const left = [every, times]
    .reduce((text, found) => (found === null ? text : text.replace(found[0], ' ')), rest)
    .trim();
  return {
    left,
    ...(every === null ? {} : { every: within('every', 'count', Number(every[1])) }),
    ...(times === null ? {} : { times: within('times', 'count', Number(times[1] ?? 1)) }),
  };
};

const ownArguments = (kind: FaultKind, left: string): Pick<Fault, 'ms' | 'code' | 'text'> => {
  const defaultMs = defaultFaultMs[kind];
  if (kind === 'error') return errorEntry(kind, left);
  if (left === '') return defaultMs === undefined ? {} : { ms: defaultMs };
  if (defaultMs !== undefined && /^\d+$/.test(left)) return { ms: within(kind, 'ms', Number(left)) };
  const wanted = defaultMs === undefined ? 'takes nothing more' : `takes milliseconds such as ${defaultMs}`;
  throw new HardwareError('BAD_ARGUMENT', `"${left}": ${kind} ${wanted}, then "once", "3 times" or "every 5"`);
};

const errorEntry = (kind: FaultKind, left: string): Pick<Fault, 'code' | 'text'> => {
  if (left === '') return DEFAULT_ERROR;
  const [, code, text] = /^([+-]?\d+)(?:\s*,?\s*"?([^"]*)"?)?$/.exec(left) ?? [];
  if (code !== undefined) return { code: within(kind, 'code', Number(code)), text: text ?? '' };
  throw new HardwareError('BAD_ARGUMENT', `"${left}" is no error entry; write one as -222 "Data out of range"`);
};

const within = (word: string, what: keyof typeof faultLimits, value: number): number => {
  const { minimum, maximum } = faultLimits[what];
  if (value >= minimum && value <= maximum) return value;
  throw new HardwareError('BAD_ARGUMENT', `${word} ${value} is outside ${minimum}..${maximum}`);
};
