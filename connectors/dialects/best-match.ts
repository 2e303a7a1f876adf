import { isJsonObject, type Json } from '../../core/json-value.js';
import { pythonRepr } from './python-repr.js';

/** The keywords of draft-07 that the original's schemas use. The order of the keys counts: errors are found in it. */
export type Draft07 = {
  readonly type?: 'object' | 'string' | 'number';
  readonly const?: string;
  readonly enum?: readonly (string | number)[];
  readonly properties?: { readonly [name: string]: Draft07 };
  readonly required?: readonly string[];
  readonly if?: Draft07;
  readonly then?: Draft07;
};

type Finding = {
  readonly depth: number;
  /** The value has the type that the failing schema asks for: Python's jsonschema then prefers other errors. */
  readonly isOfType: boolean;
  readonly text: () => string;
};

/** The text of the one error that Python's jsonschema raises for a value, `best_match` of its `iter_errors`: the one that
 *  is least deep; among those one about the type before one that is not; among those the first. Undefined: it fits. */
export const bestMatch = (schema: Draft07, value: Json): string | undefined => {
  const findings: Finding[] = [];
  collect(schema, value, 0, findings);
  let best: Finding | undefined;
  for (const finding of findings) if (best === undefined || isBetter(finding, best)) best = finding;
  return best?.text();
};

const isBetter = (one: Finding, other: Finding): boolean =>
  one.depth === other.depth ? other.isOfType && !one.isOfType : one.depth < other.depth;

const collect = (schema: Draft07, value: Json, depth: number, findings: Finding[]): void => {
  const isOfType = schema.type !== undefined && hasType(value, schema.type);
  const found = (text: () => string): void => {
    findings.push({ depth, isOfType, text });
  };
  for (const keyword in schema) {
    switch (keyword) {
      case 'type':
        if (!isOfType) found(() => `${pythonRepr(value)} is not of type '${schema.type ?? ''}'`);
        break;
      case 'const':
        if (value !== schema.const) found(() => `${pythonRepr(schema.const ?? null)} was expected`);
        break;
      case 'enum':
        if (schema.enum?.some((allowed) => allowed === value) === false)
          found(() => `${pythonRepr(value)} is not one of ${pythonRepr(schema.enum ?? [])}`);
        break;
      case 'properties':
        if (isJsonObject(value)) collectInProperties(schema.properties ?? {}, value, depth, findings);
        break;
      case 'required':
        if (isJsonObject(value))
          for (const name of schema.required ?? [])
            if (!Object.hasOwn(value, name)) found(() => `${pythonRepr(name)} is a required property`);
        break;
      case 'if':
        if (bestMatch(schema.if ?? {}, value) === undefined) collect(schema.then ?? {}, value, depth, findings);
        break;
    }
  }
};

const collectInProperties = (
  properties: { readonly [name: string]: Draft07 },
  value: { readonly [name: string]: Json },
  depth: number,
  findings: Finding[],
): void => {
  for (const name in properties) {
    const item = Object.hasOwn(value, name) ? value[name] : undefined;
    const schema = properties[name];
    if (item !== undefined && schema !== undefined) collect(schema, item, depth + 1, findings);
  }
};

/** A boolean is no number; a whole number of any size is one. */
const hasType = (value: Json, type: 'object' | 'string' | 'number'): boolean => {
  if (type === 'object') return isJsonObject(value);
  return typeof value === type || (type === 'number' && typeof value === 'bigint');
};
