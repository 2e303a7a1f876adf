import { checkConfig } from '../main.js';
import { CliError } from './exit.js';
import type { Lines } from './print.js';

/** `busbar check lab.yaml`: everything that is wrong with a config, a line each, without starting anything. */
export const check = async (path: string, { out }: Lines): Promise<void> => {
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
