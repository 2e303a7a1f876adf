import { readFileSync } from 'node:fs';
import type { BadFrame } from '../../../core/codec.js';
import type { Json } from '../../../core/json-value.js';
import type { Envelope } from '../../../core/wire/envelope.js';
import { parseJson } from '../../../core/wire/json.js';

/** A frame as the vector files show it: bytes as hex. */
export type ShownFrame = BadFrame | (Omit<Envelope, 'data'> & { readonly data: string });

export type EnvelopeVector = {
  readonly name: string;
  readonly hex: string;
  readonly frames: readonly ShownFrame[];
  /** What stays until more arrives. */
  readonly rest?: string;
};

export type VariantMapVector = {
  readonly name: string;
  readonly hex: string;
  readonly value: Json;
  /** Whether we write it like this, or only read it. */
  readonly written: boolean;
};

/** Reads with the parser under test, for JSON.parse would round the 64-bit integers. */
export const json = (text: string): Json => {
  const parsed = parseJson(text);
  if (parsed.type === 'bad') throw new Error(parsed.problem);
  return parsed.value;
};

const load = (file: string): unknown =>
  json(readFileSync(new URL(`../../vectors/${file}.json`, import.meta.url), 'utf8'));

export const envelopeVectors = load('envelope') as readonly EnvelopeVector[];
export const variantMapVectors = load('qdatastream') as readonly VariantMapVector[];

/** The bytes of the vector whose name begins so. */
export const envelopeVector = (start: string): Uint8Array => {
  const vector = envelopeVectors.find(({ name }) => name.startsWith(start));
  if (vector === undefined) throw new Error(`no vector begins with "${start}"`);
  return fromHex(vector.hex);
};

export const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Frames as they can be compared: data copied out of the received memory. */
export const shown = (frames: readonly (Envelope | BadFrame)[]): readonly ShownFrame[] =>
  frames.map((frame) => (frame.type === 'bad' ? frame : { ...frame, data: toHex(frame.data) }));
