import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import type { Json } from '../../../core/json-value.js';
import { parseJson } from '../../../core/wire/json.js';

const proto = readFileSync(new URL('../../../schemas/busbar.proto', import.meta.url), 'utf8');
const outputType = protobuf.parse(proto).root.lookupType('busbar.v1.Output');

type Fields = { readonly [field: string]: unknown };

/** A published message as a client with the .proto sees it, put into the words of the JSON payload. */
export const readProtobuf = (bytes: Uint8Array): Fields => {
  const { body, snapshot, ...stamp } = fieldsOf(
    outputType.toObject(outputType.decode(bytes), { longs: BigInt, enums: String, oneofs: true, defaults: true }),
  );
  const type = String(body);
  const { [type]: content, ...rest } = stamp;
  const marked = snapshot === true ? { snapshot } : {};
  return { ...numbersOf(rest), ...marked, type, ...contentOf(fieldsOf(content)) };
};

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {});

/** The counters of a stamp are bigint here, numbers in our messages. */
const numbersOf = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );

const readers: { readonly [field: string]: (value: unknown) => Fields } = {
  channel: (value) => {
    const { id, ...rest } = fieldsOf(value);
    const channel = rest[String(id)];
    return { channel: typeof channel === 'bigint' ? Number(channel) : channel };
  },
  value: (value) => ({ value: valueOf(fieldsOf(value)) }),
  quality: (value) => ({ quality: String(value).toLowerCase() }),
  severity: (value) => ({ severity: String(value).toLowerCase() }),
  detailsJson: (value) => ({ details: json(value) }),
  argumentsJson: (value) => ({ arguments: json(value) }),
  problem: (value) => ({ problem: contentOf(fieldsOf(value)) }),
  origin: (value) => ({ origin: contentOf(fieldsOf(value)) }),
  command: (value) => ({
    command: typeof value === 'string' ? value : { type: 'command', ...numbersOf(contentOf(fieldsOf(value))) },
  }),
  id: () => ({}),
  textId: (value) => ({ id: value }),
  numberId: (value) => ({ id: value }),
};

const contentOf = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields)
      // A message that is absent is null; `_unit` says that the optional field `unit` is there.
      .filter(([name, value]) => value !== null && !name.startsWith('_'))
      .flatMap(([name, value]) => Object.entries(readers[name]?.(value) ?? { [name]: value })),
  );

const valueOf = ({ kind, ...rest }: Fields): unknown => {
  switch (kind) {
    case 'null':
      return null;
    case 'json':
      return json(rest['json']);
    case 'numbers':
      return fieldsOf(rest['numbers'])['values'];
    default:
      return rest[String(kind)];
  }
};

const json = (text: unknown): Json => {
  const parsed = parseJson(String(text));
  if (parsed.type === 'bad') throw new Error(parsed.problem);
  return parsed.value;
};
