import type { Failure, FailureBody, Reply, ReplyBody } from '../../core/message.js';

export type Answer = Reply | Failure;

/** A reply or failure as a stream has stamped it. */
export const answerOf = (body: ReplyBody | FailureBody): Answer => ({
  manager: body.command.manager,
  topic: `${body.command.manager}/$${body.type}`,
  epoch: 1,
  seq: 1,
  previous: 0,
  timeMs: 1,
  ...body,
});
