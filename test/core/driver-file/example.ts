import type { DriverFile, ParameterSpec } from '../../../core/driver-file/driver-file.js';
import { resolveDriver, type ResolvedParameter } from '../../../core/driver-file/resolve.js';

/** A supply with two outputs that is in no manual. */
export const example: DriverFile = {
  driver: 'acme-two',
  title: 'Acme Two',
  family: 'psu',
  source: 'Acme Two manual',
  identity: { answer: '^(?<manufacturer>ACME),(?<model>Two|Three),(?<serial>[^,]*),(?<revision>.*)$' },
  models: {
    Two: { channels: { 1: {}, 2: { label: 'small', without: ['mode'] } } },
    Three: {
      channels: { 1: { limits: { voltageSetpoint: { maximum: 12 } } }, 2: {}, 3: {} },
      limits: { voltageSetpoint: { minimum: 1 } },
      without: ['tracking'],
    },
  },
  parameters: {
    voltage: { ask: 'MEASure:VOLTage? (@{channel})' },
    voltageSetpoint: {
      ask: 'VOLTage? (@{channel})',
      tell: 'VOLTage {value},(@{channel})',
      limits: { minimum: 0, maximum: 30 },
    },
    enabled: { ask: 'OUTPut? (@{channel})', tell: 'OUTPut {value},(@{channel})' },
    mode: { ask: 'MODE? (@{channel})', words: { cv: 'CV', cc: 'CC' } },
    tracking: { ask: 'TRACk?', tell: 'TRACk {value}', words: { off: 0, series: 1 } },
  },
  commands: { clearProtection: { send: ['CLEar (@{channel})'] } },
};

/** One parameter of that supply, with everything filled in. */
export const parameterOf = (spec: ParameterSpec, name = 'it'): ResolvedParameter => {
  const parameters = { ...example.parameters, [name]: { description: 'Something', ...spec } };
  const found = resolveDriver({ ...example, parameters }).parameters.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
