import { isJsonObject, type Json, type JsonObject } from '../json-value.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { ParsedJson } from './json.js';

/** QVariant type ids of Qt 4.8. */
const typeIds = {
  none: 0,
  bool: 1,
  int: 2,
  uint: 3,
  longlong: 4,
  ulonglong: 5,
  double: 6,
  map: 8,
  list: 9,
  string: 10,
};

/** The length of a null QString. */
const NULL_STRING = 0xffffffff;

/** Reads a QVariantMap in the coding of Qt 4.8, with or without line ends behind it; keys come in ascending order. */
export const decodeVariantMap = (
  bytes: Uint8Array,
  { maxDepth = 64 }: { readonly maxDepth?: number } = {},
): ParsedJson => {
  try {
    const reader = new ByteReader(bytes);
    const value = readMap(reader, maxDepth);
    const rest = reader.rest.filter((byte) => byte !== 0x0d && byte !== 0x0a).length;
    return rest === 0 ? { type: 'value', value } : { type: 'bad', problem: `${rest} bytes too many behind the map` };
  } catch (error) {
    return { type: 'bad', problem: error instanceof Error ? error.message : String(error) };
  }
};

/** `depth` counts down: how many levels may still be opened, this one included. */
const readMap = (reader: ByteReader, depth: number): JsonObject => {
  if (depth === 0) throw new RangeError('nested too deep');
  const entries: [string, Json][] = [];
  for (let left = reader.u32(); left > 0; left--) entries.push([readString(reader), readVariant(reader, depth)]);
  // fromEntries defines properties where assignment would run into the setter of `__proto__`.
  return Object.fromEntries(entries.reverse());
};

const readList = (reader: ByteReader, depth: number): readonly Json[] => {
  if (depth === 0) throw new RangeError('nested too deep');
  const items: Json[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(readVariant(reader, depth));
  return items;
};

const readVariant = (reader: ByteReader, depth: number): Json => {
  const typeId = reader.u32();
  reader.u8(); // the null flag: a value follows all the same
  switch (typeId) {
    case typeIds.none:
      readString(reader); // Qt 4.8 writes a null string behind a variant without a type
      return null;
    case typeIds.bool:
      return reader.u8() !== 0;
    case typeIds.int:
      return reader.i32();
    case typeIds.uint:
      return reader.u32();
    case typeIds.longlong:
      return numberIfSafe(reader.i64());
    case typeIds.ulonglong:
      return numberIfSafe(reader.u64());
    case typeIds.double:
      return finite(reader.f64());
    case typeIds.map:
      return readMap(reader, depth - 1);
    case typeIds.list:
      return readList(reader, depth - 1);
    case typeIds.string:
      return readString(reader);
    default:
      throw new RangeError(`QVariant type ${typeId} is not known here`);
  }
};

/** UTF-16 unit by unit, so that lone surrogates survive as they do in Qt. */
const readString = (reader: ByteReader): string => {
  const byteLength = reader.u32();
  if (byteLength === NULL_STRING) return '';
  if (byteLength % 2 !== 0) throw new RangeError(`a string of ${byteLength} bytes is not UTF-16`);
  const units = new ByteReader(reader.bytes(byteLength));
  let text = '';
  for (let left = byteLength; left > 0; left -= 2) text += String.fromCharCode(units.u16());
  return text;
};

const numberIfSafe = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
  return value;
};

/** Writes a map as Qt 4.8 does: keys in descending order, whole numbers as int or longlong, others as double; no line
 *  end behind it. Throws RangeError for NaN, infinity and a bigint beyond 64 bits. */
export const encodeVariantMap = (map: JsonObject): Uint8Array => {
  const writer = new ByteWriter();
  writeMap(writer, map);
  return writer.written;
};

const writeMap = (writer: ByteWriter, map: JsonObject): void => {
  // Qt walks its map from the back; it compares UTF-16 units, as `<` does.
  const entries = Object.entries(map).sort(([one], [other]) => (one < other ? 1 : -1));
  writer.u32(entries.length);
  for (const [key, value] of entries) {
    writeString(writer, key);
    writeVariant(writer, value);
  }
};

const writeVariant = (writer: ByteWriter, value: Json): void => {
  const typeId = typeIdOf(value);
  writer.u32(typeId);
  writer.u8(value === null ? 1 : 0);
  if (value === null) writer.u32(NULL_STRING);
  else if (typeof value === 'string') writeString(writer, value);
  else if (typeof value === 'boolean') writer.u8(value ? 1 : 0);
  else if (typeof value === 'bigint') writer.u64(value);
  else if (typeof value === 'number') writeNumber(writer, value, typeId);
  else if (isJsonObject(value)) writeMap(writer, value);
  else writeList(writer, value);
};

const typeIdOf = (value: Json): number => {
  if (value === null) return typeIds.none;
  if (typeof value === 'string') return typeIds.string;
  if (typeof value === 'boolean') return typeIds.bool;
  if (typeof value === 'bigint') return wideTypeId(value);
  if (typeof value !== 'number') return isJsonObject(value) ? typeIds.map : typeIds.list;
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return typeIds.double;
  return value === (value | 0) ? typeIds.int : typeIds.longlong;
};

const wideTypeId = (value: bigint): number => {
  if (BigInt.asIntN(64, value) === value) return typeIds.longlong;
  if (BigInt.asUintN(64, value) === value) return typeIds.ulonglong;
  throw new RangeError(`${value} is beyond 64 bits`);
};

const writeNumber = (writer: ByteWriter, value: number, typeId: number): void => {
  if (typeId === typeIds.double) writer.f64(finite(value));
  else if (typeId === typeIds.int) writer.u32(value);
  else writer.u64(BigInt(value));
};

const writeString = (writer: ByteWriter, text: string): void => {
  writer.u32(2 * text.length);
  for (let at = 0; at < text.length; at++) writer.u16(text.charCodeAt(at));
};

const writeList = (writer: ByteWriter, items: readonly Json[]): void => {
  writer.u32(items.length);
  for (const item of items) writeVariant(writer, item);
};
