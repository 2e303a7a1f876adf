import { toProblem, HardwareError } from '../core/errors.js';
import type { Bench } from '../simulators/bench/bench.device.js';
import { defaultFaultMs } from '../simulators/instrument/fault.js';
import { faultForms, faultWords, parseFault } from '../simulators/instrument/fault-words.js';
import type { SimulatedInstrument } from '../simulators/instrument/simulated-instrument.js';
import { shownText } from '../station/find/shown-text.js';

type Knob = {
  readonly form: string;
  readonly meaning: string;
  readonly turn: (bench: Bench, name: string, rest: string) => string;
};

const knobs: Readonly<Record<string, Knob>> = {
  ok: {
    form: 'ok',
    meaning: 'no fault any more',
    turn: (bench, name) => {
      bench.instrument(name).faults.replace([]);
      return statusOf(bench.instrument(name));
    },
  },
  off: {
    form: 'off',
    meaning: 'switched off: connections are cut and refused',
    turn: (bench, name) => {
      bench.instrument(name).switchOff();
      return statusOf(bench.instrument(name));
    },
  },
  on: {
    form: 'on',
    meaning: 'switched on again',
    turn: (bench, name) => {
      bench.instrument(name).switchOn();
      return statusOf(bench.instrument(name));
    },
  },
  load: {
    form: 'load OUTPUT=OHMS|none',
    meaning: 'what hangs on an output of a supply',
    turn: (bench, name, rest) => {
      const [, output, ohms] = /^([\w-]+)\s*=\s*(\d+(?:\.\d+)?|none)$/.exec(rest) ?? [];
      if (output === undefined) throw new HardwareError('BAD_ARGUMENT', `"${rest}": write load 1=10 or load 1=none`);
      bench.setLoad(name, output, ohms === 'none' ? Infinity : Number(ohms));
      return `load of output ${output}: ${ohms === 'none' ? 'none' : `${ohms ?? ''} Ohm`}`;
    },
  },
  input: {
    form: 'input VALUE',
    meaning: 'what is at the terminals of a meter',
    turn: (bench, name, rest) => {
      const value = rest === '' ? NaN : Number(rest);
      if (!Number.isFinite(value)) throw new HardwareError('BAD_ARGUMENT', `"${rest}": write input 1.25`);
      bench.setInput(name, value);
      return `input: ${value}`;
    },
  },
  status: { form: 'status', meaning: 'how it is', turn: (bench, name) => statusOf(bench.instrument(name)) },
};

/** Does what one line says, and what is to be printed. Never throws. */
export const turnKnob = (bench: Bench, name: string, line: string): readonly string[] => {
  const text = line.slice(0, MAX_LINE).trim();
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  if (word === '') return [];
  if (word.toLowerCase() === 'help') return help();
  try {
    const knob = Object.hasOwn(knobs, word.toLowerCase()) ? knobs[word.toLowerCase()] : undefined;
    return [knob === undefined ? befall(bench.instrument(name), text) : knob.turn(bench, name, rest)];
  } catch (thrown) {
    return [`${toProblem(thrown).message} (help lists everything)`];
  }
};

const MAX_LINE = 256;

const help = (): readonly string[] => {
  const rows = [...faultForms, ...Object.values(knobs).map(({ form, meaning }) => [form, meaning] as const)];
  const width = Math.max(...rows.map(([form]) => form.length));
  return rows.map(([form, meaning]) => `${form.padEnd(width)}  ${meaning}`);
};

/** A power cycle and an error entry without a count happen now; other faults befall the answers that come. */
const befall = (instrument: SimulatedInstrument, line: string): string => {
  const fault = parseFault(line);
  const { kind, ms = defaultFaultMs[kind] ?? 0, code = 0, text = '', every, times } = fault;
  const isNow = every === undefined && times === undefined;
  if (isNow && kind === 'power-cycle') instrument.powerCycle(ms);
  else if (isNow && kind === 'error') instrument.pushError({ code, text });
  else instrument.faults.add(fault);
  return statusOf(instrument);
};

const statusOf = ({ isOn, faults, connections, requests, lastMessage }: SimulatedInstrument): string => {
  const failing = faults.faults.map(faultWords).join('; ') || 'none';
  return `${isOn ? 'on' : 'off'}, faults: ${failing}, connections: ${connections}, messages: ${requests}, newest: "${shownText(lastMessage)}"`;
};
