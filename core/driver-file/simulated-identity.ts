import type { DriverFile } from './driver-file.js';

/** What a simulated instrument answers to the question who it is; `serial`: of the one that is played. */
export const simulatedIdentity = (
  { identity, simulation = {} }: Pick<DriverFile, 'identity' | 'simulation'>,
  model: string,
  serial: string | undefined = simulation.serial,
): string => {
  const { manufacturer = firstManufacturer(identity.answer), revision = '0' } = simulation;
  return [manufacturer, model, serial ?? '0', revision].join(',');
};

/** Plain text, and what stands for itself behind a backslash. */
const LITERAL = /\(\?<manufacturer>((?:[^()|[\]{}.*+?^$\\]|\\[^\w])+)[|)]/;

/** The first one that the pattern names word by word. */
const firstManufacturer = (pattern: string): string =>
  LITERAL.exec(pattern)?.[1]?.replace(/\\(?=[^\w])/g, '') ?? 'Busbar';
