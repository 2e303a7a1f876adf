import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDriverFile } from '../core/driver-file/check-driver-file.js';
import type { DriverFile } from '../core/driver-file/driver-file.js';
import type { DriverFiles } from '../core/driver-file/driver-files.js';
import type { Finding } from '../core/driver-file/finding.js';
import { HardwareError } from '../core/errors.js';
import { createCompiler } from '../schemas/compiler.js';
import { didYouMean } from '../schemas/violation-text.js';
import { inFileOrder, printProblem, type ConfigProblem } from './config/problem.js';
import { relevant } from './config/relevant.js';
import { pathOf, pointerStep, readTree, type ConfigTree } from './config/yaml-tree.js';
import type { JsonSchema } from '../core/json-value.js';
import type { SchemaViolation, Validator } from '../core/validate.js';

/** The largest that is shipped has 15 KiB. */
export const MAX_DRIVER_FILE_BYTES = 256 * 1024;
const EXTENSION = '.yaml';
/** Of one's own, by path. */
const FILE_NAME = /\.ya?ml$/;
/** Regular expressions have `$` in them; nothing is replaced in a driver file. */
const noSources = {
  env: {},
  readSecret: () => {
    throw new Error('a driver file has no secrets');
  },
};

/** The driver files that are shipped, and those that a config names by path, relative to `directory`. Each is read and
 *  checked once, and again when it has changed on the disk. */
export const createDriverFiles = (directory: string): DriverFiles => {
  const known = new Map<string, { readonly version: string; readonly file: DriverFile }>();
  const validate = lazily(() => createCompiler({ allErrors: true })(schema()));

  const read = (path: string, name: string): DriverFile => {
    const { size, version } = fileState(path, name);
    const cached = known.get(path);
    if (cached?.version === version) return cached.file;
    if (size > MAX_DRIVER_FILE_BYTES)
      throw refused(`${name} has ${size} bytes, the limit of a driver file is ${MAX_DRIVER_FILE_BYTES}`);
    const file = checkedFile(textOf(path, name), name, basename(path).replace(FILE_NAME, ''), validate());
    known.set(path, { version, file });
    return file;
  };

  return {
    names: shippedNames,
    read: (nameOrPath) => {
      if (FILE_NAME.test(nameOrPath))
        return read(isAbsolute(nameOrPath) ? nameOrPath : resolve(directory, nameOrPath), nameOrPath);
      const names = shippedNames();
      if (!names.includes(nameOrPath)) throw refused(unknownDriver(nameOrPath, names));
      return read(shippedPath(nameOrPath), nameOrPath + EXTENSION);
    },
  };
};

/** The text of a driver file as data. Throws BAD_ARGUMENT with all that is wrong, a line each; `stem` is what its `driver`
 *  must be. */
export const checkedFile = (text: string, name: string, stem: string, validate: Validator): DriverFile => {
  const tree = readTree(text, noSources);
  const problems = [...tree.problems, ...(tree.isBroken ? [] : problemsOf(tree, stem, validate))];
  if (problems.length > 0) {
    const lines = inFileOrder(problems).map((problem) => printProblem(name, problem));
    throw refused(lines.join('\n'));
  }
  return tree.value as unknown as DriverFile; // the schema has checked it
};

const problemsOf = (tree: ConfigTree, stem: string, validate: Validator): readonly ConfigProblem[] => {
  const violations = relevant(validate(tree.value));
  if (violations.length > 0)
    return violations.map(({ message, ...violation }) => placed(tree, placeOf({ message, ...violation }), message));
  const file = tree.value as unknown as DriverFile;
  const misnamed =
    file.driver === stem ? [] : [{ path: ['driver'], message: `must be ${stem}, as the file is called` }];
  return [...misnamed, ...checkDriverFile(file)].map((finding) =>
    placed(tree, pointerOf(finding), sentenceOf(finding)),
  );
};

const sentenceOf = ({ message, unknown }: Finding): string =>
  unknown === undefined ? message : message + didYouMean(unknown.name, unknown.known);

const placed = (tree: ConfigTree, pointer: string, message: string): ConfigProblem => ({
  ...tree.positionOf(pointer),
  path: pathOf(pointer),
  message,
});

const pointerOf = ({ path }: Finding): string => path.map((step) => `/${pointerStep(step)}`).join('');

/** An unknown key is shown where it stands, not where its parent does. */
const placeOf = ({ path, params }: SchemaViolation): string => {
  const key = params['additionalProperty'] ?? params['propertyName'];
  return typeof key === 'string' ? `${path}/${pointerStep(key)}` : path;
};

const shippedPath = (name: string): string => fileURLToPath(import.meta.resolve(`#models/${name}${EXTENSION}`));

const shippedNames = (): readonly string[] =>
  readdirSync(fileURLToPath(new URL('.', import.meta.resolve('#models/any.yaml'))))
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => basename(file, EXTENSION))
    .sort();

const schema = (): JsonSchema => {
  const path = fileURLToPath(import.meta.resolve('#schemas/driver-file.schema.json'));
  return JSON.parse(readFileSync(path, 'utf8')) as JsonSchema;
};

const fileState = (path: string, name: string): { readonly size: number; readonly version: string } => {
  const state = orUnreadable(name, () => statSync(path));
  // Reading a pipe would wait for ever for somebody to write into it.
  if (!state.isFile()) throw refused(`${name} cannot be read: it is no file`);
  const { size, mtimeMs, ino } = state;
  return { size, version: `${ino} ${size} ${mtimeMs}` };
};

const textOf = (path: string, name: string): string => orUnreadable(name, () => readFileSync(path, 'utf8'));

const orUnreadable = <T>(name: string, read: () => T): T => {
  try {
    return read();
  } catch (thrown) {
    throw refused(`${name} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

const unknownDriver = (name: string, names: readonly string[]): string =>
  `there is no driver file ${name}${didYouMean(name, names)}; shipped are ${names.join(', ')}; ` +
  `one of your own is named by its path, ./${name}${EXTENSION}`;

const refused = (message: string): HardwareError => new HardwareError('BAD_ARGUMENT', message);

const lazily = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

/** Whether a YAML file is meant to be a driver file, however wrong it is: no config has `driver` at its top. */
export const isMeantAsDriverFile = (text: string): boolean => /^driver\s*:/m.test(text) && !/^managers\s*:/m.test(text);

/** For who names driver files without a config: relative paths count from where the program was started. */
export const driverFiles: DriverFiles = createDriverFiles('.');
