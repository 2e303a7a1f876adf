import { managerName } from '../../core/address.js';
import { STATION } from '../../core/bus.js';
import type { DriverFile } from '../../core/driver-file/driver-file.js';
import type { DriverFiles } from '../../core/driver-file/driver-files.js';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import { createCompiler } from '../../schemas/compiler.js';
import { quoteValue, type Quote } from '../../schemas/violation-text.js';
import type { Registries } from '../registries.js';
import { portConflicts, wrongReferences, type Finding } from './cross-checks.js';
import { frameSchema, type Section } from './frame.js';
import { placeOf } from './place-of.js';
import type { ConfigProblem } from './problem.js';
import { relevant } from './relevant.js';
import type { PartConfig, PartConfigs, StationConfig, StationSettings } from './station-config.js';
import { trialLinks, tryManager } from './trial.js';
import { pathOf, pointerStep, type ConfigTree } from './yaml-tree.js';

export type Checked = { readonly config: StationConfig } | { readonly problems: readonly ConfigProblem[] };

/** Checks a config against the frame, then each part against the schema of its kind, then the parts against each other.
 *  Loads only the kinds that are used. Everything that is wrong is told at once. */
export const checkConfig = async (tree: ConfigTree, registries: Registries): Promise<Checked> => {
  const check = new Check(tree, registries);
  const config = await check.run();
  return config === undefined || check.problems.length > 0 ? { problems: check.problems } : { config: freeze(config) };
};

/** Parts that do not fit their schema are still held against the others, so that all problems are told at once. */
type CheckedPart = { readonly part: PartConfig; readonly isFitting: boolean };

class Check {
  readonly problems: ConfigProblem[];
  readonly #tree: ConfigTree;
  readonly #registries: Registries;
  readonly #managers = new Map<string, HardwareManager | undefined>([[STATION, undefined]]);

  constructor(tree: ConfigTree, registries: Registries) {
    this.#tree = tree;
    this.#registries = registries;
    this.problems = [...tree.problems];
  }

  async run(): Promise<StationConfig | undefined> {
    if (this.#tree.isBroken) return undefined;
    const root = withoutEmptySections(this.#tree.value);
    this.#check(frameSchema(this.#kinds()), root, '');
    if (!isJsonObject(root)) return undefined;
    const managers = await this.#parts('managers', root);
    const connectors = await this.#parts('connectors', root);
    const services = await this.#parts('services', root);
    this.#addAll(wrongReferences('connectors', connectors, this.#managers));
    this.#addAll(wrongReferences('services', services, this.#managers));
    this.#addAll(portConflicts(connectors));
    // The frame has checked it and filled in its defaults.
    return { station: root['station'] as unknown as StationSettings, managers, connectors, services };
  }

  async #parts(section: Section, root: JsonObject): Promise<PartConfigs> {
    const entries = root[section];
    if (!isJsonObject(entries)) return {};
    const parts: [string, PartConfig][] = [];
    for (const [name, entry] of Object.entries(entries)) {
      const pointer = `/${section}/${pointerStep(name)}`;
      this.#addAll(nameFindings(name, pointer));
      const found = isJsonObject(entry) ? await this.#part(section, entry, pointer) : undefined;
      const drivers = section === 'managers' ? await this.#tryManager(name, found, pointer) : [];
      if (found !== undefined) parts.push([name, { ...found.part, ...(drivers.length === 0 ? {} : { drivers }) }]);
    }
    return Object.fromEntries(parts);
  }

  async #part(section: Section, entry: JsonObject, pointer: string): Promise<CheckedPart | undefined> {
    const { kind, ...options } = entry;
    if (typeof kind !== 'string' || !Object.hasOwn(this.#registries[section], kind)) return undefined; // the frame says so
    const load = this.#registries[section][kind];
    if (load === undefined) return undefined;
    const { optionsSchema } = await load();
    return { part: { kind, options }, isFitting: this.#check(optionsSchema, options, pointer) };
  }

  #kinds(): Record<Section, readonly string[]> {
    const { managers, connectors, services } = this.#registries;
    return { managers: Object.keys(managers), connectors: Object.keys(connectors), services: Object.keys(services) };
  }

  #check(schema: JsonSchema, value: Json, pointer: string): boolean {
    const quote: Quote = (path, found) =>
      this.#tree.isSecret(pointer + path) ? 'this secret' : quoteValue(path, found);
    const compile = createCompiler({ allErrors: true, useDefaults: true, quote });
    const violations = relevant(compile(schema)(value));
    this.#addAll(
      violations.map((violation) => ({ pointer: pointer + placeOf(violation), message: violation.message })),
    );
    return violations.length === 0;
  }

  /** Remembers every manager by name, also one that cannot be built: what refers to it is not wrong on top. Gives the driver
   *  files that it has read. */
  async #tryManager(name: string, found: CheckedPart | undefined, pointer: string): Promise<readonly DriverFile[]> {
    this.#managers.set(name, undefined);
    const load = found?.isFitting === true ? this.#registries.managers[found.part.kind] : undefined;
    if (found === undefined || load === undefined) return [];
    const { drivers, read } = noting(this.#registries.drivers);
    const links = trialLinks(this.#registries, this.#tree.value);
    const trial = tryManager(await load(), name, found.part.options, { drivers, links });
    if ('manager' in trial) this.#managers.set(name, trial.manager);
    else this.#addAll([{ pointer, message: trial.problem }]);
    return read;
  }

  #addAll(findings: readonly Finding[]): void {
    for (const { pointer, message } of findings) {
      const path = pathOf(pointer);
      // A value that could not be read (a variable that is not set) is not also of the wrong type.
      if (this.#tree.problems.some((known) => known.path === path)) continue;
      this.problems.push({ ...this.#tree.positionOf(pointer), path, message });
    }
  }
}

/** The same driver files, and those of them that have been read. */
const noting = (files: DriverFiles): { readonly drivers: DriverFiles; readonly read: readonly DriverFile[] } => {
  const read: DriverFile[] = [];
  const note = (nameOrPath: string): DriverFile => {
    const file = files.read(nameOrPath);
    read.push(file);
    return file;
  };
  return { drivers: { ...files, read: note }, read };
};

/** `services:` with nothing below it is what is left when the last service is commented out. */
const withoutEmptySections = (root: Json): Json =>
  isJsonObject(root) ? Object.fromEntries(Object.entries(root).filter(([, value]) => value !== null)) : root;

const nameFindings = (name: string, pointer: string): readonly Finding[] => {
  if (name === STATION) return [{ pointer, message: `"${STATION}" is the name of the station itself; take another` }];
  if (managerName.test(name) && name.length <= 64) return [];
  return [{ pointer, message: 'a name is a lower-case letter, then letters, digits and "-", 64 at most' }];
};

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
};
