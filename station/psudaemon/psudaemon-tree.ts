import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import { createCompiler } from '../../schemas/compiler.js';
import { placeOf } from '../config/place-of.js';
import type { ConfigProblem } from '../config/problem.js';
import { relevant } from '../config/relevant.js';
import { pathOf, readTree, type ConfigTree } from '../config/yaml-tree.js';
import { translate, type Translation } from './translate.js';

/** What TLS needs; a port without it would be open where its owner believes it is not. */
const tlsKeys: readonly string[] = ['ssl_keyfile', 'ssl_certfile', 'ssl_ca_certs', 'ssl_keyfile_password'];

const schema = (): JsonSchema =>
  JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('#schemas/psudaemon.schema.json')), 'utf8')) as JsonSchema;

/** A PSUDaemon file as the config tree that it means. Nothing in it is replaced: `${...}` belongs to its shell commands.
 *  Problems stand where they are in the file. */
export const readPsudaemonTree = (text: string, path: string): ConfigTree => {
  const tree = readTree(text, undefined);
  const problems = tree.isBroken ? tree.problems : [...tree.problems, ...problemsIn(tree)];
  if (problems.length > 0 || !isJsonObject(tree.value)) return { ...tree, problems, isBroken: true };
  const { config, unitOf } = translate(withoutNulls(tree.value), path);
  return {
    value: config,
    problems: [],
    isBroken: false,
    positionOf: (pointer) => tree.positionOf(origin(pointer, unitOf)),
    isSecret: () => false,
  };
};

const problemsIn = (tree: ConfigTree): readonly ConfigProblem[] => {
  const violations = relevant(createCompiler({ allErrors: true })(schema())(tree.value));
  const findings = violations.map((violation) => ({ pointer: placeOf(violation), message: violation.message }));
  return [...findings, ...tlsFindings(tree.value)].map(({ pointer, message }) => ({
    ...tree.positionOf(pointer),
    path: pathOf(pointer),
    message,
  }));
};

const tlsFindings = (value: Json): readonly { readonly pointer: string; readonly message: string }[] => {
  const settings = isJsonObject(value) ? value['settings'] : undefined;
  const uvicorn = isJsonObject(settings) ? settings['uvicorn'] : undefined;
  if (!isJsonObject(uvicorn)) return [];
  return tlsKeys
    .filter((key) => uvicorn[key] !== undefined && uvicorn[key] !== null)
    .map((key) => ({
      pointer: `/settings/uvicorn/${key}`,
      message: 'there is no TLS yet: put a proxy in front, and take this out',
    }));
};

/** In a YAML file `key:` with nothing behind it means that it is not set. */
const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** Where in the file a part of the translated config comes from. */
const origin = (pointer: string, unitOf: Translation['unitOf']): string => {
  const [, section, name] = pointer.split('/');
  const index = section === 'managers' && name !== undefined ? unitOf.get(name) : undefined;
  if (index !== undefined) return `/units/${index}`;
  return section === 'connectors' ? '/settings/uvicorn' : '';
};
