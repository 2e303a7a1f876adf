import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parse } from 'yaml';
import { connectorRegistry } from '../../../connectors/registry.js';
import { isJsonObject, type Json } from '../../../core/json-value.js';
import { managerKinds } from '../../../managers/registry.js';
import { hvDefaults } from '../../../managers/hv/hv.options.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { dailyLogDefaults, dailyLogOptions } from '../../../services/daily-log/daily-log.kind.js';
import { serviceKinds } from '../../../services/registry.js';

const guide = await readFile(new URL('../../../docs/guide/from-the-hv-server.md', import.meta.url), 'utf8');
const configs = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => parse(text ?? '') as Json);
const registries = { managers: managerKinds, connectors: connectorRegistry, services: serviceKinds };

const partsIn = (config: Json, section: string): readonly (readonly [string, Json])[] => {
  const parts = isJsonObject(config) ? config[section] : undefined;
  return isJsonObject(parts) ? Object.entries(parts) : [];
};

describe('the guide from the HV server', () => {
  it('has a config for virtual mode and one for the hardware', () => {
    expect(configs).to.have.length(2);
  });

  for (const [section, registry] of Object.entries(registries)) {
    for (const [index, config] of configs.entries()) {
      for (const [name, part] of partsIn(config, section)) {
        it(`shows options of ${section}.${name} that are taken (config ${index + 1})`, async () => {
          if (!isJsonObject(part) || typeof part['kind'] !== 'string') throw new Error('it has no kind');
          const options = Object.fromEntries(Object.entries(part).filter(([option]) => option !== 'kind'));
          const found = await registry[part['kind']]?.();
          if (found === undefined) throw new Error('there is no such kind');
          expect(createCompiler()(found.optionsSchema)(options)).to.be.empty;
        });
      }
    }
  }

  it('is right about the defaults', () => {
    expect(hvDefaults).to.deep.include({
      driver: 'virtual',
      calibrator: 'GPIB::4::INSTR',
      voltmeter: 'GPIB::20::INSTR',
      calibration: { slope: 3500.5048, intercept: 1.2632, divider: -4050.65 },
      settlingMs: 2_000,
      measuringPeriodMs: 4_000,
      rampVPerS: 200,
      noiseV: 0.5,
      safeVoltage: 0,
      busyScope: 'manager',
    });
    expect(dailyLogDefaults).to.deep.include({ root: './data', folder: 'HV', sync: null });
    expect(dailyLogOptions({ sync: { command: 'x' } }).sync).to.include({ everyS: 7_200, limitS: 3_600 });
  });
});
