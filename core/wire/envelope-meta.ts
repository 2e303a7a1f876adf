import { isJsonObject, type Json } from '../json-value.js';
import { joinBytes } from './bytes.js';
import type { EnvelopeHeader } from './envelope-header.js';
import type { MetaCoding } from './envelope.js';
import { parseJson, type ParsedJson } from './json.js';
import { printJson } from './print-json.js';
import { decodeVariantMap, encodeVariantMap } from './qdatastream.js';

export const metaTypes: Readonly<Record<MetaCoding, number>> = { json: 0x00010000, qdatastream: 0x00010007 };

type NamedCoding = { readonly name: string; readonly coding?: MetaCoding };

const json: NamedCoding = { name: 'JSON', coding: 'json' };
const variantMap: NamedCoding = { name: 'QDataStream', coding: 'qdatastream' };
const unknown: NamedCoding = { name: 'unknown' };

/** The two-byte codes of DF02 and DF03; dfparser, too, reads none but JSON. */
const taggedCodings: { readonly [metaType: number]: NamedCoding } = {
  0x4a53: json, // JS
  0x584d: { name: 'XML' },
  0x0000: { name: 'XML' },
  0x594d: { name: 'YAML' },
  0x4249: { name: 'binary' },
};

/** What the type code in a header says about the meta; without `coding` it is not read here. */
export const metaCodingOf = ({ form, metaType }: EnvelopeHeader): NamedCoding => {
  if (form !== '#!') return taggedCodings[metaType] ?? unknown;
  if (metaType === metaTypes.qdatastream) return variantMap;
  // 0 is "undefined", in practice JSON; of other codes the reader of the JVM, too, looks at the upper half alone.
  return metaType === 0 || metaType >>> 16 === 1 ? json : unknown;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Never throws; an empty meta is `{}`. */
export const decodeMeta = (bytes: Uint8Array, coding: MetaCoding, maxDepth: number): ParsedJson => {
  if (bytes.length === 0) return { type: 'value', value: {} };
  const parsed = coding === 'json' ? parseUtf8(bytes, maxDepth) : decodeVariantMap(bytes, { maxDepth });
  if (parsed.type === 'value') return parsed;
  return { type: 'bad', problem: `meta is not ${coding === 'json' ? 'JSON' : 'a QVariantMap'}: ${parsed.problem}` };
};

const parseUtf8 = (bytes: Uint8Array, maxDepth: number): ParsedJson => {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (error) {
    return { type: 'bad', problem: error instanceof Error ? error.message : String(error) };
  }
  return parseJson(text, { maxDepth });
};

/** The text of a JSON meta in the style of dfparser: pure ASCII, so one character is one byte. */
export const printMeta = (meta: Json): string => `${printJson(meta, 'indent4', { ascii: true })}\r\n\r\n`;

const lineEnd = Uint8Array.of(0x0d, 0x0a);

/** A QVariantMap with the line end Online puts behind it. Throws RangeError for what Qt cannot hold. */
export const encodeVariantMeta = (meta: Json): Uint8Array => {
  if (!isJsonObject(meta)) throw new RangeError('a QDataStream meta must be an object');
  return joinBytes([encodeVariantMap(meta), lineEnd]);
};
