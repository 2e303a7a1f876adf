import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  type Document,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { ConfigProblem, Position } from './problem.js';
import { hasReference, substitute, type Sources } from './substitute.js';

/** A config of a large laboratory has some 2 000 nodes; these stop an alias bomb, not a laboratory. */
const MAX_NODES = 20_000;
const MAX_DEPTH = 32;
export const MAX_CONFIG_BYTES = 2 ** 20;

/** A config file as plain data, with the place of everything in it. */
export type ConfigTree = {
  readonly value: Json;
  readonly problems: readonly ConfigProblem[];
  /** True when the text itself is broken: what was read of it is not worth checking. */
  readonly isBroken: boolean;
  /** Where the thing at a JSON pointer stands: its key, or the value itself in a list. The nearest parent if it is absent. */
  readonly positionOf: (pointer: string) => Position;
  /** True for what was read from a secret file: never to be shown. */
  readonly isSecret: (pointer: string) => boolean;
};

/** Reads YAML, then replaces `${...}` in its scalar values; without `sources` they stay as they are. */
export const readTree = (text: string, sources: Sources | undefined): ConfigTree => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const walk = new Walk(document, lines, sources);
  const findings = [...document.errors, ...document.warnings];
  const isBroken = findings.some(({ code }) => code !== 'DUPLICATE_KEY');
  const value = isBroken ? null : walk.read(document.contents, '', 0);
  const syntax = findings.map((finding) => {
    const [offset] = finding.pos;
    const isDuplicate = finding.code === 'DUPLICATE_KEY';
    const path = isDuplicate ? walk.keyAt(offset) : '(yaml)';
    return { ...positionAt(lines, offset), path, message: syntaxText(finding, text) };
  });
  return {
    value,
    problems: [...syntax, ...walk.problems],
    isBroken: isBroken || walk.isOverLimit,
    positionOf: (pointer) => walk.positionOf(pointer),
    isSecret: (pointer) => walk.secrets.has(pointer),
  };
};

const syntaxText = ({ code, message, pos: [offset] }: YAMLError, text: string): string => {
  if (code === 'DUPLICATE_KEY') return 'stands here a second time; keep one';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (---); a config is one';
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';
  return line.includes('${') ? `${message}; within [ ] or { } write "\${...}" in quotes` : message;
};

/** `/connectors/web/port` as people read it: `connectors.web.port`. */
export const pathOf = (pointer: string): string =>
  pointer === '' ? '(top)' : pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');

export const pointerStep = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

const positionAt = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};

class Walk {
  readonly problems: ConfigProblem[] = [];
  readonly secrets = new Set<string>();
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #sources: Sources | undefined;
  readonly #offsets = new Map<string, number>();
  readonly #keys = new Map<number, string>();
  #nodes = 0;
  isOverLimit = false;

  constructor(document: Document.Parsed, lines: LineCounter, sources: Sources | undefined) {
    this.#document = document;
    this.#lines = lines;
    this.#sources = sources;
  }

  positionOf(pointer: string): Position {
    const offset = this.#offsets.get(pointer);
    if (offset !== undefined) return positionAt(this.#lines, offset);
    return pointer === '' ? { line: 1, column: 1 } : this.positionOf(pointer.slice(0, pointer.lastIndexOf('/')));
  }

  keyAt(offset: number): string {
    return this.#keys.get(offset) ?? '(yaml)';
  }

  read(node: unknown, pointer: string, depth: number): Json {
    this.#nodes += 1;
    if (this.#isTooMuch(pointer, depth)) return null;
    if (isAlias(node)) return this.#readAlias(node, pointer, depth);
    if (isMap(node)) return this.#readMap(node, pointer, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const place = `${pointer}/${index}`;
        this.#place(place, item);
        return this.read(item, place, depth + 1);
      });
    }
    return isScalar(node) ? this.#readScalar(node, pointer) : null;
  }

  #readAlias(alias: Alias, pointer: string, depth: number): Json {
    const target = alias.resolve(this.#document);
    if (target !== undefined) return this.read(target, pointer, depth + 1);
    this.#report(pointer, `the alias *${alias.source} has no anchor &${alias.source} before it`);
    return null;
  }

  #readMap(map: YAMLMap, pointer: string, depth: number): JsonObject {
    const entries: [string, Json][] = [];
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? wordOf(key.value) : undefined;
      if (name === undefined) {
        this.#report(pointer, 'has a key that is not a plain word');
        continue;
      }
      const place = `${pointer}/${pointerStep(name)}`;
      this.#place(place, key);
      entries.push([name, this.read(value, place, depth + 1)]);
    }
    return Object.fromEntries(entries); // own properties only: `__proto__` is a key like any other
  }

  #readScalar(scalar: Scalar, pointer: string): Json {
    const { value, type } = scalar;
    if (typeof value === 'string' && this.#sources !== undefined && hasReference(value)) {
      const result = substitute(value, type !== Scalar.PLAIN, this.#sources);
      if (result.type === 'problem') {
        this.#report(pointer, result.message);
        return null;
      }
      if (result.isSecret) this.secrets.add(pointer);
      return result.value;
    }
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.#report(pointer, `${String(scalar.source)} is not a value that a config can hold`);
    return null;
  }

  #isTooMuch(pointer: string, depth: number): boolean {
    if (this.isOverLimit) return true;
    if (this.#nodes <= MAX_NODES && depth <= MAX_DEPTH) return false;
    this.isOverLimit = true;
    this.#report(
      pointer,
      `the config is larger than ${MAX_NODES} nodes or deeper than ${MAX_DEPTH}, aliases counted each time`,
    );
    return true;
  }

  #place(pointer: string, node: unknown): void {
    if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return;
    const [offset] = node.range ?? [];
    if (offset === undefined) return;
    // Of two equal keys, the first is the one that later problems are about.
    if (!this.#offsets.has(pointer)) this.#offsets.set(pointer, offset);
    this.#keys.set(offset, pathOf(pointer));
  }

  #report(pointer: string, message: string): void {
    this.problems.push({ ...this.positionOf(pointer), path: pathOf(pointer), message });
  }
}

/** A key as text: `1` and `true` are words too; null and dates are not. */
const wordOf = (key: unknown): string | undefined =>
  typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined;
