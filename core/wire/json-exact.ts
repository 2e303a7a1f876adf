import type { Json } from '../json-value.js';
import { closingQuote } from './json-depth.js';

const MIN_I64 = -(2n ** 63n);
const MAX_U64 = 2n ** 64n - 1n;

/** JSON.parse that keeps 64-bit integers exact and refuses numbers beyond double range; several times slower. It exists
 *  because JSON.parse of Node.js 20 does not hand out the source text of a number. Throws SyntaxError. Recursive: bound
 *  the depth before. */
export const parseExactly = (text: string): Json => {
  const source = new Source(text);
  const value = parseValue(source);
  if (source.peek() !== '') throw source.unexpected();
  return value;
};

/** Reads tokens from the front of a text. */
class Source {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next character that is not blank, which stays; '' at the end. */
  peek(): string {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  /** Takes `token` if it is next. */
  isNext(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at++;
    return true;
  }

  expect(token: string): void {
    if (!this.isNext(token)) throw this.unexpected();
  }

  string(): string {
    if (this.peek() !== '"') throw this.unexpected();
    const start = this.#at;
    this.#at = closingQuote(this.#text, start) + 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  /** A number, true, false or null. */
  scalar(): Json {
    scalar.lastIndex = this.#at;
    const match = scalar.exec(this.#text);
    if (match === null) throw this.unexpected();
    this.#at = scalar.lastIndex;
    const [token, digits, fraction] = match;
    if (digits === undefined) return JSON.parse(token) as Json;
    return fraction === '' ? wholeNumber(token) : finite(Number(token));
  }

  unexpected(): SyntaxError {
    const token = this.peek();
    return new SyntaxError(
      token === '' ? 'Unexpected end of JSON input' : `Unexpected '${token}' at position ${this.#at}`,
    );
  }
}

const scalar = /-?(0|[1-9]\d*)((?:\.\d+)?(?:[eE][+-]?\d+)?)|true|false|null/y;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const parseValue = (source: Source): Json => {
  if (source.peek() === '"') return source.string();
  if (source.isNext('{')) return parseObject(source);
  return source.isNext('[') ? parseArray(source) : source.scalar();
};

const parseArray = (source: Source): Json => {
  const items: Json[] = [];
  if (source.isNext(']')) return items;
  do items.push(parseValue(source));
  while (source.isNext(','));
  source.expect(']');
  return items;
};

const parseObject = (source: Source): Json => {
  if (source.isNext('}')) return {};
  const entries: [string, Json][] = [];
  do {
    const key = source.string();
    source.expect(':');
    entries.push([key, parseValue(source)]);
  } while (source.isNext(','));
  source.expect('}');
  // fromEntries defines properties where assignment would run into the setter of `__proto__`.
  return Object.fromEntries(entries);
};

const wholeNumber = (token: string): number | bigint => {
  const value = finite(Number(token));
  // No 64-bit integer has more than 20 characters, and BigInt of a very long text is slow.
  if (Number.isSafeInteger(value) || token.length > 20) return value;
  const exact = BigInt(token);
  return exact >= MIN_I64 && exact <= MAX_U64 ? exact : value;
};

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new SyntaxError('number beyond the range of a double');
  return value;
};
