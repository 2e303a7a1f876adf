import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readPsudaemonTree } from '../psudaemon/psudaemon-tree.js';
import type { Registries } from '../registries.js';
import { checkConfig } from './check-config.js';
import { inFileOrder, printProblem } from './problem.js';
import type { StationConfig } from './station-config.js';
import { MAX_CONFIG_BYTES, readTree } from './yaml-tree.js';

export type ConfigSource = {
  readonly path: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly registries: Registries;
  /** Whose words the file is in. Default `busbar`. */
  readonly format?: 'busbar' | 'psudaemon';
};

/** `problems`: one line each, `file:line:column: path: what is wrong, what is allowed`. */
export type ConfigResult =
  | { readonly type: 'config'; readonly config: StationConfig }
  | { readonly type: 'problems'; readonly problems: readonly string[] };

const MAX_SECRET_BYTES = 2 ** 16;

/** Reads and checks a whole config. Never throws for what is wrong with it. */
export const readConfig = async ({ path, env, registries, format }: ConfigSource): Promise<ConfigResult> => {
  const failed = (...problems: readonly string[]): ConfigResult => ({ type: 'problems', problems });
  let text: string;
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_CONFIG_BYTES) {
      return failed(`${path}:1:1: (top): the file has ${bytes.length} bytes, the limit is ${MAX_CONFIG_BYTES}`);
    }
    text = bytes.toString('utf8');
  } catch (thrown) {
    return failed(`${path}:1:1: (top): cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const readSecret = (name: string): string => secretIn(resolve(dirname(path), name));
  const tree = format === 'psudaemon' ? readPsudaemonTree(text, path) : readTree(text, { env, readSecret });
  const checked = await checkConfig(tree, registries);
  if ('config' in checked) return { type: 'config', config: checked.config };
  return failed(...inFileOrder(checked.problems).map((problem) => printProblem(path, problem)));
};

const secretIn = (path: string): string => {
  const bytes = readFileSync(path);
  if (bytes.length > MAX_SECRET_BYTES)
    throw new Error(`it has ${bytes.length} bytes, the limit is ${MAX_SECRET_BYTES}`);
  return bytes.toString('utf8');
};
