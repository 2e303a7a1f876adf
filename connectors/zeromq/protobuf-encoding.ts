import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { PublishEncoding } from './encoding.js';
import { protobufShape } from './protobuf-shape.js';

/** Reads `schemas/busbar.proto`. Takes some 20 ms: imported only by a station that publishes Protobuf. */
export const protobufEncoding = (): PublishEncoding => {
  const source = readFileSync(fileURLToPath(import.meta.resolve('#schemas/busbar.proto')), 'utf8');
  const type = protobuf.parse(source).root.lookupType('busbar.v1.Output');
  return {
    name: 'protobuf',
    encode: (output, isSnapshot) => type.encode(protobufShape(output, isSnapshot)).finish(),
  };
};
