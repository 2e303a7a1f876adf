import fc from 'fast-check';
import type { Json, JsonObject } from '../../../core/json-value.js';

const wide = fc
  .oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(0n, 2n ** 64n - 1n))
  .filter((value) => !Number.isSafeInteger(Number(value)));

/** Whole doubles beyond 2^53 are left out: as text they are 64-bit integers, and -0 is 0. */
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0) && (Number.isSafeInteger(value) || !Number.isInteger(value)));

const key = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'toString'));

const { object, value } = fc.letrec<{ value: Json; array: readonly Json[]; object: JsonObject; leaf: Json }>((tie) => ({
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.integer(),
    double,
    wide,
  ),
  array: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof({ depthSize: 'small', maxDepth: 5 }, tie('leaf'), tie('array'), tie('object')),
}));

/** Every JSON value that comes back as it went: 64-bit integers, lone surrogates and `__proto__` included. */
export const anyJson = value;
export const anyJsonObject = object;

/** The bytes in pieces of the given lengths, the last piece being what is left; a length of 0 gives an empty piece. */
export const cut = (bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] => {
  let at = 0;
  const pieces = lengths.map((length) => bytes.slice(at, (at += length)));
  return [...pieces, bytes.slice(at)];
};

export const anyCutting = fc.array(fc.nat(60), { maxLength: 60 });
