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

/** What does not fit. Texts are made when they are told, not before: most findings never are. */
type Finding = {
  readonly depth: number;
  /** The value has the type that the failing schema asks for: Python's jsonschema then prefers other errors. */
  readonly isOfType: boolean;
  readonly text: () => string;
};

/** Adds what does not fit; `depth` counts the keys that lead to the value. */
type Check = (value: Json, depth: number, findings: Finding[]) => void;

/** The text of the one error that Python's jsonschema raises for a value, `best_match` of its `iter_errors`: the one that
 *  is least deep; among those one about the type before one that is not; among those the first. Undefined: it fits. */
export const bestMatcher = (schema: Draft07): ((value: Json) => string | undefined) => {
  const check = checkOf(schema);
  return (value) => {
    const findings: Finding[] = [];
    check(value, 0, findings);
    return findings.length === 0 ? undefined : bestOf(findings)?.text();
  };
};

const bestOf = ([first, ...others]: readonly Finding[]): Finding | undefined =>
  others.reduce((best, finding) => (best !== undefined && isBetter(finding, best) ? finding : best), first);

const isBetter = (one: Finding, other: Finding): boolean =>
  one.depth === other.depth ? other.isOfType && !one.isOfType : one.depth < other.depth;

const checkOf = (schema: Draft07): Check => {
  const checks = Object.keys(schema).flatMap((keyword) => keywords[keyword]?.(schema) ?? []);
  return (value, depth, findings) => {
    for (const check of checks) check(value, depth, findings);
  };
};

/** A keyword with the words for a value that it refuses; its findings are told of the schema it stands in. */
const simple = (schema: Draft07, fits: (value: Json) => boolean, complaint: (value: Json) => string): Check => {
  const { type } = schema;
  return (value, depth, findings) => {
    if (fits(value)) return;
    findings.push({ depth, isOfType: type !== undefined && hasType(value, type), text: () => complaint(value) });
  };
};

const keywords: { readonly [keyword: string]: (schema: Draft07) => Check | readonly Check[] } = {
  type: (schema) => {
    const { type = 'object' } = schema;
    return simple(
      schema,
      (value) => hasType(value, type),
      (value) => `${pythonRepr(value)} is not of type '${type}'`,
    );
  },
  const: (schema) => {
    const complaint = `${pythonRepr(schema.const ?? null)} was expected`;
    return simple(
      schema,
      (value) => value === schema.const,
      () => complaint,
    );
  },
  enum: (schema) => {
    const allowed = new Set<Json>(schema.enum);
    const list = pythonRepr([...allowed]);
    return simple(
      schema,
      (value) => allowed.has(value),
      (value) => `${pythonRepr(value)} is not one of ${list}`,
    );
  },
  properties: ({ properties = {} }) =>
    Object.entries(properties).map(([name, schema]): Check => {
      const check = checkOf(schema);
      return (value, depth, findings) => {
        if (!isJsonObject(value) || !Object.hasOwn(value, name)) return;
        check(value[name] ?? null, depth + 1, findings);
      };
    }),
  required: (schema) =>
    (schema.required ?? []).map((name) =>
      simple(
        schema,
        (value) => !isJsonObject(value) || Object.hasOwn(value, name),
        () => `${pythonRepr(name)} is a required property`,
      ),
    ),
  if: (schema) => {
    const condition = checkOf(schema.if ?? {});
    const consequence = checkOf(schema.then ?? {});
    return (value, depth, findings) => {
      const unmet: Finding[] = [];
      condition(value, depth, unmet);
      if (unmet.length === 0) consequence(value, depth, findings);
    };
  },
};

/** A boolean is no number; a whole number of any size is one. */
const hasType = (value: Json, type: 'object' | 'string' | 'number'): boolean => {
  if (type === 'object') return isJsonObject(value);
  return typeof value === type || (type === 'number' && typeof value === 'bigint');
};
