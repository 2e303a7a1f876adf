import type { FastifyRequest } from 'fastify';
import { HardwareError } from '../../core/errors.js';
import type { CommandRequest, Reply } from '../../core/message.js';
import { within } from '../../core/within.js';
import type { Patience } from './query.js';
import type { RestContext } from './rest-context.js';

type Question = Pick<CommandRequest, 'manager' | 'command' | 'channel' | 'arguments'>;

const MAX_KEY_LENGTH = 256;

/** Takes a command through the gate in the name of who asks. Rejects with its failure; with TIMEOUT when the client does not
 *  want to wait any longer, while the command goes on. */
export const submit = async (
  { bus, clock, originOf }: RestContext,
  request: FastifyRequest,
  question: Question,
  { timeoutMs, validUntilMs }: Patience = {},
): Promise<Reply> => {
  const { command } = question;
  const until = validUntilMs ?? (timeoutMs === undefined ? undefined : clock.now() + timeoutMs);
  const asked = bus.ask({
    ...question,
    ...identityOf(request, question, originOf(request)),
    ...(until === undefined ? {} : { validUntilMs: until }),
  });
  const late = (): HardwareError =>
    new HardwareError('TIMEOUT', `${command} took longer than ${timeoutMs ?? 0} ms; it is not aborted by this`);
  const answer = await (timeoutMs === undefined ? asked : within(clock, asked, { ms: timeoutMs, late }));
  if (answer.type === 'reply') return answer;
  const { code, message, details } = answer.problem;
  throw new HardwareError(code, message, details === undefined ? {} : { details });
};

/** A key is the id of its command. A retry comes on a connection of its own, so the address stands for the client, and what
 *  is asked belongs to the key: the same one on another resource is another command. */
const identityOf = (
  { headers }: FastifyRequest,
  { manager, channel, command }: Question,
  origin: CommandRequest['origin'],
): Pick<CommandRequest, 'origin' | 'id'> => {
  const key = headers['idempotency-key'];
  if (key === undefined) return { origin };
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    throw new HardwareError('BAD_ARGUMENT', `Idempotency-Key is one text of 1 to ${MAX_KEY_LENGTH} characters`);
  }
  const address = origin.peer.slice(0, origin.peer.lastIndexOf(':'));
  const session = `${origin.connector} ${address} ${manager}/${channel ?? ''}/${command}`;
  return { origin: { ...origin, session }, id: key };
};
