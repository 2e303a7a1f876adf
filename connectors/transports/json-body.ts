import type { FastifyRequest } from 'fastify';
import { HardwareError } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import { parseJson } from '../../core/wire/json.js';

/** Reads a JSON body, strictly and no deeper than 64; an empty one is no body. Size is bounded before it comes here. */
export const parseJsonBody = (
  _request: FastifyRequest,
  text: string,
  done: (error: Error | null, body?: Json) => void,
): void => {
  if (text === '') {
    done(null);
    return;
  }
  const parsed = parseJson(text);
  if (parsed.type === 'value') done(null, parsed.value);
  else done(new HardwareError('BAD_MESSAGE', `the body is no JSON: ${parsed.problem.slice(0, 120)}`));
};
