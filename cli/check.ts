import { readFile } from 'node:fs/promises';
import { checkConfig } from '../main.js';
import { isMeantAsDriverFile } from '../station/driver-files.js';
import { checkDriver } from './check-driver.js';
import { CliError } from './exit.js';
import type { Lines } from './print.js';

/** `busbar check lab.yaml`: everything that is wrong with a config or a driver file, a line each, without starting anything. */
export const check = async (path: string, lines: Lines): Promise<void> => {
  const { out } = lines;
  const text = await readFile(path, 'utf8').catch(() => ''); // what cannot be read is told below
  if (isMeantAsDriverFile(text)) {
    checkDriver(path, lines);
    return;
  }
  const result = await checkConfig(path);
  if (result.type === 'problems') {
    for (const line of result.problems) out(line);
    throw new CliError(
      'refused',
      `${result.problems.length} ${result.problems.length === 1 ? 'problem' : 'problems'} in ${path}`,
    );
  }
  const { managers, connectors, services } = result.config;
  const names = (parts: object): string => Object.keys(parts).join(', ') || 'none';
  out(`${path}: good (managers: ${names(managers)}; connectors: ${names(connectors)}; services: ${names(services)})`);
};
