import type { BadFrame } from '../codec.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** One type of XDR (RFC 4506), both ways. `read` never looks behind the end: it throws RangeError for bytes that are no such
 *  value, and shares their memory. */
export type XdrType<Value> = {
  readonly write: (writer: ByteWriter, value: Value) => void;
  readonly read: (reader: ByteReader) => Value;
};

/** unsigned int, unsigned short. */
export const u32: XdrType<number> = {
  write: (writer, value) => {
    writer.u32(value);
  },
  read: (reader) => reader.u32(),
};

/** int, long, enum. */
export const i32: XdrType<number> = { write: u32.write, read: (reader) => reader.i32() };

/** A byte in a word of its own: char, u_char. */
export const byte: XdrType<number> = { write: u32.write, read: (reader) => reader.u32() & 0xff };

/** Any word but 0 is true. */
export const bool: XdrType<boolean> = {
  write: (writer, value) => {
    writer.u32(value ? 1 : 0);
  },
  read: (reader) => reader.u32() !== 0,
};

/** Bytes behind their number, filled up to whole words. */
export const opaque = (maxBytes = 0xffff_ffff): XdrType<Uint8Array> => ({
  write: (writer, value) => {
    refuseOver(value.length, maxBytes);
    writer.u32(value.length);
    writer.bytes(value);
    writer.bytes(fillers[value.length % 4] ?? noFill);
  },
  read: (reader) => {
    const size = reader.u32();
    refuseOver(size, maxBytes);
    const value = reader.bytes(size);
    // Some instruments forget the filling behind the last field.
    reader.bytes(Math.min((4 - (size % 4)) % 4, reader.rest.length));
    return value;
  },
});

/** `string<>`: one byte a character; no longer than a name may be. */
export const text = (maxBytes = 4096): XdrType<string> => {
  const bytes = opaque(maxBytes);
  return {
    write: (writer, value) => {
      bytes.write(writer, latin1(value));
    },
    read: (reader) => String.fromCharCode(...bytes.read(reader)),
  };
};

/** Fields one behind the other, in the order in which they are written here. */
export const struct = <Fields extends object>(fields: {
  readonly [Name in keyof Fields]: XdrType<Fields[Name]>;
}): XdrType<Fields> => ({
  write: (writer, value) => {
    for (const name in fields) fields[name].write(writer, value[name]);
  },
  read: (reader) => {
    const value: Partial<Fields> = {};
    for (const name in fields) value[name] = fields[name].read(reader);
    return value as Fields; // every field has just been read by its own type
  },
});

/** A linked list: a word that says "another one" before each item. */
export const list = <Item>(item: XdrType<Item>, maxItems: number): XdrType<readonly Item[]> => ({
  write: (writer, items) => {
    for (const one of items) {
      bool.write(writer, true);
      item.write(writer, one);
    }
    bool.write(writer, false);
  },
  read: (reader) => {
    const items: Item[] = [];
    while (bool.read(reader)) {
      if (items.length === maxItems) throw new RangeError(`a list of more than ${maxItems} items`);
      items.push(item.read(reader));
    }
    return items;
  },
});

/** `void`. */
export const nothing: XdrType<undefined> = { write: () => undefined, read: () => undefined };

export const encodeXdr = <Value>(type: XdrType<Value>, value: Value): Uint8Array => {
  const writer = new ByteWriter();
  type.write(writer, value);
  return writer.written;
};

/** What begins the bytes; what is behind it does not count. Never throws. */
export const decodeXdr = <Value>(
  type: XdrType<Value>,
  bytes: Uint8Array,
): { readonly type: 'value'; readonly value: Value } | BadFrame => {
  try {
    return { type: 'value', value: type.read(new ByteReader(bytes)) };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return { type: 'bad', problem: thrown.message };
  }
};

const noFill = new Uint8Array(0);
const fillers = [noFill, new Uint8Array(3), new Uint8Array(2), new Uint8Array(1)];

const refuseOver = (size: number, maxBytes: number): void => {
  if (size > maxBytes) throw new RangeError(`${size} bytes are over the limit of ${maxBytes} bytes`);
};

const latin1 = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));
