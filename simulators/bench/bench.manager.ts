import { defineManager } from '../../core/define-manager.js';
import type { Json } from '../../core/json-value.js';
import { declare } from '../../core/parameter.js';
import { faultLimits } from '../instrument/fault.js';
import { faultWords } from '../instrument/fault-words.js';
import type { Bench } from './bench.device.js';
import { errorCodes, faultArguments, faultOf } from './fault-arguments.js';

const { numeric, flag, text, structure, command, numericArgument, textArgument, argument } = declare<Bench, string>();

/** A knob is turned at once. */
const KNOB_TIMEOUT_MS = 1_000;
const POLL_MS = 1_000;

const knob = { busy: 'concurrent', timeoutMs: KNOB_TIMEOUT_MS } as const;
const done = (): Promise<Json> => Promise.resolve(null);

/** Ohms of each output; null: nothing hangs on it. */
const loadsOf = (bench: Bench, name: string): Json => {
  const { loads } = bench.instrument(name);
  const outputs = loads?.outputs ?? [];
  return Object.fromEntries(
    outputs.map((output) => {
      const ohms = loads?.get(output)?.ohms ?? Infinity;
      return [String(output ?? 'output'), ohms === Infinity ? null : ohms];
    }),
  );
};

/** Simulated instruments as a manager: what their clients cannot see, and the ways in which they fail. */
export const benchManager = defineManager<Bench, string>({
  kind: 'simulated-bench',
  description: 'Simulated instruments that speak the real protocols on real ports; its commands make them fail',
  channels: (bench) => bench.names(),
  parameters: {
    resources: structure({
      description: 'Resource strings by which clients reach the instruments',
      scope: 'manager',
      schema: { type: 'array', items: { type: 'string' } },
      read: (bench) => Promise.resolve(bench.resources),
    }),
    power: flag({
      description: 'Switched on; off: every connection is cut and refused',
      pollMs: POLL_MS,
      read: (bench, name) => Promise.resolve(bench.instrument(name).isOn),
      write: (bench, name, on) => {
        if (on) bench.instrument(name).switchOn();
        else bench.instrument(name).switchOff();
        return done();
      },
    }),
    faults: text({
      description: 'How its next answers fail; empty: not at all',
      pollMs: POLL_MS,
      read: (bench, name) => Promise.resolve(bench.instrument(name).faults.faults.map(faultWords).join('; ')),
    }),
    connections: numeric({
      description: 'Clients that are connected',
      unit: 'clients',
      pollMs: POLL_MS,
      read: (bench, name) => Promise.resolve(bench.instrument(name).connections),
    }),
    requests: numeric({
      description: 'Program messages that it has been sent',
      unit: 'messages',
      pollMs: POLL_MS,
      read: (bench, name) => Promise.resolve(bench.instrument(name).requests),
    }),
    lastMessage: text({
      description: 'The newest program message, up to 200 characters of it',
      pollMs: POLL_MS,
      read: (bench, name) => Promise.resolve(bench.instrument(name).lastMessage),
    }),
    loads: structure({
      description: 'Ohms that hang on each output of a supply; null: nothing',
      schema: { type: 'object', additionalProperties: { type: ['number', 'null'] } },
      pollMs: POLL_MS,
      read: (bench, name) => Promise.resolve(loadsOf(bench, name)),
    }),
  },
  commands: {
    addFault: command({
      ...knob,
      description: 'Makes answers fail, besides the faults that there are',
      arguments: faultArguments,
      run: async (bench, name, values, call) => {
        const fault = faultOf(values);
        if (fault !== undefined) bench.instrument(name).faults.add(fault);
        await call.refresh('faults');
        return null;
      },
    }),
    clearFaults: command({
      ...knob,
      description: 'It works again',
      arguments: {},
      run: async (bench, name, _values, call) => {
        bench.instrument(name).faults.replace([]);
        await call.refresh('faults');
        return null;
      },
    }),
    pushError: command({
      ...knob,
      description: 'Puts an entry into its error queue',
      arguments: {
        code: argument('Number of the error', errorCodes),
        text: textArgument('Its words'),
      },
      run: (bench, name, { code, text: words }) => {
        bench.instrument(name).pushError({ code: Number(code), text: words });
        return done();
      },
    }),
    powerCycle: command({
      ...knob,
      description: 'Switches it off and on again: connections are cut, settings are those of switching on',
      arguments: {
        offMs: numericArgument({
          description: 'How long it is off',
          unit: 'ms',
          limits: faultLimits.ms,
        }),
      },
      run: async (bench, name, { offMs }, call) => {
        bench.instrument(name).powerCycle(offMs);
        await call.refresh('power');
        return null;
      },
    }),
    setLoad: command({
      ...knob,
      description: 'Hangs a load on an output of a supply, or takes it off',
      arguments: {
        ohms: argument(
          'Resistance, 0 for a short; absent: nothing',
          { type: 'number', minimum: 0 },
          { isOptional: true },
        ),
        output: argument('Which output; absent: all', { type: ['integer', 'string'] }, { isOptional: true }),
      },
      run: async (bench, name, { ohms, output }, call) => {
        const which = typeof output === 'number' || typeof output === 'string' ? output : undefined;
        bench.setLoad(name, which, typeof ohms === 'number' ? ohms : Infinity);
        await call.refresh('loads');
        return null;
      },
    }),
    setInput: command({
      ...knob,
      description: 'What is at the terminals of a meter that follows nothing, in its own unit',
      arguments: { value: argument('The value', { type: 'number' }) },
      run: (bench, name, { value }) => {
        bench.setInput(name, Number(value));
        return done();
      },
    }),
  },
  // Nothing of it is real: stopping an experiment does not repair its instruments, nor switch them behind its back.
  makeSafe: () => Promise.resolve(),
});
