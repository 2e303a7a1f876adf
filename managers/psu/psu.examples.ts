import type { JsonObject } from '../../core/json-value.js';

/** Whole commands as a client sends them; printed with the schema of the family. */
export const psuExamples: readonly JsonObject[] = [
  { command: 'setCurrentLimit', channel: 1, arguments: { value: 0.5 } },
  { command: 'setVoltageSetpoint', channel: 1, arguments: { value: 5 } },
  { command: 'setEnabled', channel: 1, arguments: { value: true } },
  {
    command: 'configure',
    channel: 2,
    arguments: { currentLimit: 0.15, voltageSetpoint: 12, enabled: true, name: 'core' },
  },
  { command: 'rampVoltage', channel: 1, arguments: { target: 3.3, rate: 0.5 } },
  { command: 'rampCurrent', channel: 2, arguments: { target: 1.5, rate: 0.1 } },
  { command: 'setOverVoltageLevel', channel: 1, arguments: { value: 5.5 } },
  { command: 'setOverCurrentEnabled', channel: 1, arguments: { value: true } },
  { command: 'setTracking', arguments: { value: 'series' } },
  { command: 'clearProtection', channel: 1, arguments: {} },
  { command: 'switchOff', channel: 1, arguments: {} },
  { command: 'refresh', channel: 1, arguments: { parameter: 'voltage' } },
  { command: 'abort', channel: 1, arguments: {} },
  { command: 'makeSafe', arguments: {} },
];
