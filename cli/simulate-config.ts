import type { PlannedInstrument } from '../simulators/bench/bench.plan.js';
import { yamlValue } from '../station/find/yaml-value.js';

/** What a person pastes into the config of a station that shall use the instrument. */
export const configLines = (planned: PlannedInstrument, resources: readonly string[]): readonly string[] => {
  const { driver: name, model } = planned.options;
  const { family, driver } = planned.blueprint.driver.file;
  const [resource = '', ...others] = resources;
  return [
    '# For a config of `busbar serve`; `help` on this terminal lists what can go wrong:',
    'managers:',
    `  ${driver}:`,
    `    kind: ${family === 'psu' ? 'psu' : 'instrument'}`,
    `    driver: ${yamlValue(name)}`,
    ...(model === undefined ? [] : [`    model: ${yamlValue(model)}`]),
    `    resource: ${yamlValue(resource)}`,
    ...others.map((other) => `    # or: ${other}`),
  ];
};
