import type { DriverFamily, ParameterSpec } from './driver-file.js';

/** The part of a parameter that is the same for all models of a family. */
export type Word = Pick<ParameterSpec, 'description' | 'type' | 'unit' | 'scope' | 'pollMs'>;

/** Names that mean the same in every driver file of a family; managers, dialects and simulated physics know them. */
export const vocabulary: Readonly<Record<DriverFamily, { readonly [parameter: string]: Word }>> = {
  psu: {
    voltage: { description: 'Voltage measured at the output terminals', type: 'number', unit: 'V', pollMs: 1_000 },
    current: { description: 'Current measured through the output', type: 'number', unit: 'A', pollMs: 1_000 },
    power: { description: 'Power measured at the output', type: 'number', unit: 'W', pollMs: 1_000 },
    voltageSetpoint: { description: 'Programmed voltage', type: 'number', unit: 'V', pollMs: 5_000 },
    currentLimit: { description: 'Programmed current limit', type: 'number', unit: 'A', pollMs: 5_000 },
    enabled: { description: 'Output relay; false is the safe state', type: 'flag', pollMs: 1_000 },
    mode: {
      description: 'What regulates the output: voltage (cv), current (cc), nothing (off, unregulated), or a fault',
      type: 'choice',
      pollMs: 1_000,
    },
    overVoltageLevel: {
      description: 'Voltage at which the protection trips',
      type: 'number',
      unit: 'V',
      pollMs: 5_000,
    },
    overVoltageEnabled: { description: 'Over-voltage protection armed', type: 'flag', pollMs: 5_000 },
    overVoltageTripped: {
      description: 'Over-voltage protection has switched the output off',
      type: 'flag',
      pollMs: 1_000,
    },
    overCurrentLevel: {
      description: 'Current at which the protection trips',
      type: 'number',
      unit: 'A',
      pollMs: 5_000,
    },
    overCurrentEnabled: { description: 'Over-current protection armed', type: 'flag', pollMs: 5_000 },
    overCurrentDelay: {
      description: 'How long too much current is let pass',
      type: 'number',
      unit: 's',
      pollMs: 5_000,
    },
    overCurrentTripped: {
      description: 'Over-current protection has switched the output off',
      type: 'flag',
      pollMs: 1_000,
    },
    overTemperature: { description: 'The instrument is too hot', type: 'flag', pollMs: 5_000 },
    riseDelay: { description: 'From switching on to the output rising', type: 'number', unit: 's', pollMs: 5_000 },
    fallDelay: { description: 'From switching off to the output falling', type: 'number', unit: 's', pollMs: 5_000 },
    sense: { description: 'Where the voltage is regulated', type: 'choice', pollMs: 5_000 },
    masterEnabled: {
      description: 'Master switch of all outputs',
      type: 'flag',
      scope: 'manager',
      pollMs: 1_000,
    },
    tracking: { description: 'How outputs are coupled', type: 'choice', scope: 'manager', pollMs: 5_000 },
  },
  meter: {
    reading: { description: 'Newest measurement', type: 'number', pollMs: 1_000 },
    function: { description: 'What is measured', type: 'choice' },
    range: { description: 'Largest value that can be measured', type: 'number' },
    integration: { description: 'Integration time in power line cycles', type: 'number', unit: 'PLC' },
  },
  calibrator: {
    output: { description: 'Programmed output', type: 'number', unit: 'V', pollMs: 5_000 },
    operating: {
      description: 'The output is connected to the terminals; false is standby',
      type: 'flag',
      pollMs: 5_000,
    },
  },
  instrument: {},
};

/** Actions that mean the same in every driver file of a family. */
export const actions: Readonly<Record<DriverFamily, { readonly [command: string]: string }>> = {
  psu: { clearProtection: 'Clears every trip of the output; it stays off' },
  meter: {},
  calibrator: {},
  instrument: {},
};
