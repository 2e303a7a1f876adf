import type { Description } from '../../../core/description.js';

/** A supply with two outputs, as a station describes it. */
export const description: Description = {
  name: 'psu',
  kind: 'psu',
  description: 'Bench supply',
  version: 3,
  state: 'online',
  channels: [
    { id: 1, limits: { 'setVoltageSetpoint.value': { minimum: 0, maximum: 25 } } },
    { id: 2, limits: { 'setVoltageSetpoint.value': { minimum: -50 } } },
  ],
  parameters: {
    voltageSetpoint: {
      description: 'Programmed',
      schema: { type: 'number' },
      unit: 'V',
      scope: 'channel',
      writtenBy: 'setVoltageSetpoint',
    },
    voltage: { description: 'Measured', schema: { type: 'number' }, unit: 'V', scope: 'channel', pollMs: 1_000 },
    enabled: { description: 'Relay', schema: { type: 'boolean' }, scope: 'channel', pollMs: 1_000 },
    range: { description: 'Range', schema: { type: 'string' }, scope: 'channel' },
    heatsink: { description: 'Temperature', schema: { type: 'number' }, unit: '°C', scope: 'manager', pollMs: 1_000 },
  },
  commands: {
    setVoltageSetpoint: {
      description: 'Sets it',
      schema: { type: 'object', properties: { value: { type: 'number' } }, required: ['value'] },
      units: { value: 'V' },
      busy: 'queue',
      busyScope: 'channel',
      target: 'channel',
      isUrgent: false,
    },
  },
};
