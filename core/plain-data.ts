/** Deeper than any message needs; printers and validators overflow the stack at some 10^4. */
const MAX_DEPTH = 64;

/** Why `value` is no plain JSON (a function, a class, an Error, NaN, a cycle), as `where: what`; undefined: it is. */
export const notPlain = (value: unknown, where = 'value', depth = 0): string | undefined => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${where}: ${value} is no number of JSON`;
    case 'object':
      return value === null ? undefined : notPlainObject(value, where, depth);
    default:
      return `${where}: ${typeof value} is no plain data`;
  }
};

const notPlainObject = (value: object, where: string, depth: number): string | undefined => {
  if (depth === MAX_DEPTH) return `${where}: nested deeper than ${MAX_DEPTH}`;
  if (!Array.isArray(value) && !isRecord(value)) return `${where}: ${value.constructor.name} is no plain data`;
  for (const [key, part] of Object.entries(value)) {
    const flaw = notPlain(part, `${where}.${key}`, depth + 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
};

const isRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
