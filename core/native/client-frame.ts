import { problem, type ErrorCode, type Problem } from '../errors.js';
import { isJsonObject, type Json, type JsonSchema } from '../json-value.js';
import type { SchemaCompiler, SchemaViolation, Validator } from '../validate.js';
import { parseJson } from '../wire/json.js';
import { MAX_FRAME_DEPTH, MAX_FRAME_LENGTH, type ClientFrame, type FrameId } from './protocol.js';

/** What a client's text was: a frame, or why it is none, with the `id` if one could be found. */
export type ReadFrame =
  | { readonly type: 'frame'; readonly frame: ClientFrame }
  | { readonly type: 'bad'; readonly problem: Problem; readonly id?: FrameId };

/** Reads the frames of clients against schemas/native/client-frame.schema.json, which is handed in: each frame type is
 *  one entry of its `$defs`, so that a refusal speaks of that type and not of all that it could have been. */
export const clientFrameReader = (schema: JsonSchema, compile: SchemaCompiler): ((text: string) => ReadFrame) => {
  const validators = new Map<string, Validator>(
    Object.entries(schema['$defs'] ?? {}).map(([type, definition]) => [type, compile(definition as JsonSchema)]),
  );
  return (text) => {
    if (text.length > MAX_FRAME_LENGTH)
      return bad('TOO_LARGE', `frame of ${text.length} characters, the limit is ${MAX_FRAME_LENGTH}`);
    const parsed = parseJson(text, { maxDepth: MAX_FRAME_DEPTH });
    if (parsed.type === 'bad') return bad('BAD_MESSAGE', `no JSON: ${parsed.problem.slice(0, 120)}`);
    return check(parsed.value, validators);
  };
};

const check = (value: Json, validators: ReadonlyMap<string, Validator>): ReadFrame => {
  if (!isJsonObject(value)) return bad('BAD_MESSAGE', 'a frame is one JSON object with a "type"');
  const { type, id } = value;
  const validate = typeof type === 'string' ? validators.get(type) : undefined;
  if (validate === undefined) {
    const known = [...validators.keys()].join(', ');
    return bad('BAD_MESSAGE', `${nameOf(type)} is no frame type; there are: ${known}`, id);
  }
  const [violation] = validate(value);
  if (violation !== undefined) return bad('BAD_MESSAGE', `${nameOf(type)} frame: ${sentence(violation)}`, id);
  // The schema has just said so.
  return { type: 'frame', frame: value as unknown as ClientFrame };
};

const bad = (code: ErrorCode, message: string, id?: Json): ReadFrame =>
  typeof id === 'string' || typeof id === 'number'
    ? { type: 'bad', problem: problem(code, message), id: typeof id === 'string' ? id.slice(0, 128) : id }
    : { type: 'bad', problem: problem(code, message) };

const sentence = ({ path, message }: SchemaViolation): string => `${path.slice(1)} ${message}`.trim().slice(0, 200);

const nameOf = (type: Json | undefined): string =>
  typeof type === 'string' ? `"${type.slice(0, 64)}"` : 'a frame without a type';
