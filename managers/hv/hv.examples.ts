import type { JsonObject } from '../../core/json-value.js';

/** Whole commands as a client sends them; printed with the schema of the family. */
export const hvExamples: readonly JsonObject[] = [
  { command: 'setVoltage', channel: 1, arguments: { voltage: 18_000 } },
  { command: 'setVoltageAndCheck', channel: 1, arguments: { voltage: 18_000, maxError: 5, timeout: 20 } },
  { command: 'refresh', channel: 1, arguments: { parameter: 'voltage' } },
  { command: 'abort', channel: 1, arguments: {} },
  { command: 'makeSafe', arguments: {} },
];
