import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, JsonSchema } from '../core/json-value.js';
import { noViolations, type SchemaCompiler, type SchemaViolation } from '../core/validate.js';
import { quoteValue, violationText, type Quote } from './violation-text.js';

export type CompilerOptions = {
  /** Report everything that is wrong, not the first thing alone: dearer, for configs. */
  readonly allErrors?: boolean;
  /** Write the defaults of the schema into the checked value: hand in a copy. */
  readonly useDefaults?: boolean;
  readonly quote?: Quote;
};

/** Our own schemas are checked against the meta-schema by a test, not at every start: that takes 30 ms. */
const common: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  strictNumbers: true,
  allowUnionTypes: true,
  validateFormats: false,
  discriminator: true,
  validateSchema: false,
  meta: false,
  verbose: true,
};

const DRAFT_07 = 'draft-07';

/** ajv behind core's `SchemaCompiler`: draft 2020-12, or draft-07 where `$schema` says so. A schema is compiled when the
 *  first value comes, so a start does not wait for validators that nobody uses. NaN and infinities are no numbers. */
export const createCompiler = (options: CompilerOptions = {}): SchemaCompiler => {
  const { allErrors = false, useDefaults = false, quote = quoteValue } = options;
  // ajv's strict mode refuses defaults in places that it leaves alone; the places that it fills are what we want.
  const settings: Options = { ...common, allErrors, useDefaults, ...(useDefaults ? { strict: false } : {}) };
  const dialects = { modern: once(() => new Ajv2020(settings)), draft07: once(() => new Ajv(settings)) };

  const compileNow = (schema: JsonSchema): ValidateFunction => {
    const isDraft07 = typeof schema['$schema'] === 'string' && schema['$schema'].includes(DRAFT_07);
    const ajv: Pick<Ajv, 'compile' | 'removeSchema'> = isDraft07 ? dialects.draft07() : dialects.modern();
    const validate = ajv.compile(schema);
    ajv.removeSchema(schema); // it would be kept for ever, once for each restart of a manager
    return validate;
  };

  /** A hundred managers of one kind share the schema of their options. */
  const known = new WeakMap<JsonSchema, () => ValidateFunction>();
  const compiledOf = (schema: JsonSchema): (() => ValidateFunction) => {
    const compiled = known.get(schema) ?? once(() => compileNow(schema));
    known.set(schema, compiled);
    return compiled;
  };

  return (schema) => {
    const compiled = compiledOf(schema);
    return (value: Json | undefined) => {
      const validate = compiled();
      if (validate(value)) return noViolations;
      return oneTypeEach(validate.errors ?? []).map((error) => toViolation(error, quote));
    };
  };
};

/** Branches of an `anyOf` that want different types are one sentence: must be a whole number or a list. */
const oneTypeEach = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    const twin = kept.findIndex(
      ({ keyword, instancePath }) => keyword === 'type' && instancePath === error.instancePath,
    );
    const earlier = error.keyword === 'type' ? kept[twin] : undefined;
    if (earlier === undefined) kept.push(error);
    else kept[twin] = { ...earlier, params: { type: [typeOf(earlier), typeOf(error)].flat() } };
  }
  return kept;
};

const typeOf = ({ params }: ErrorObject): unknown => (params as Readonly<Record<string, unknown>>)['type'];

/** A key that breaks a rule for keys is named beside its parent's path. */
const toViolation = (error: ErrorObject, quote: Quote): SchemaViolation => ({
  path: error.instancePath,
  keyword: error.keyword,
  message: violationText(error, quote),
  params: error.propertyName === undefined ? error.params : { ...error.params, propertyName: error.propertyName },
});

const once = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
