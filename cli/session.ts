import { randomFillSync } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Problem } from '../core/errors.js';
import { overWebSocket } from '../core/native/client-socket.js';
import { NativeClient } from '../core/native/client.js';
import type { Answer } from '../core/native/requests.js';
import { systemClock } from '../station/system-clock.js';
import { CliError } from './exit.js';
import { webSocketUrl } from './station-url.js';

/** One connection of the command line to a running station. */
export type Session = {
  readonly client: NativeClient;
  readonly url: string;
  /** The value of an answer; a refusal ends the subcommand with 1, a lost station with 3. */
  readonly expect: <Value>(answer: Answer<Value>) => Value;
};

/** Connects, does the work, disconnects. */
export const withSession = async <Result>(
  url: string,
  name: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> => {
  const endpoint = webSocketUrl(url);
  const client = new NativeClient({
    openSocket: overWebSocket(() => new WebSocket(endpoint, { perMessageDeflate: false })),
    clock: systemClock,
    random: cryptoRandom,
    name,
  });
  client.start();
  const expect = <Value>(answer: Answer<Value>): Value => {
    if (answer.type === 'reply') return answer.value;
    throw failureOf(client, url, answer.problem);
  };
  try {
    return await work({ client, url, expect });
  } finally {
    client.stop();
  }
};

/** The station being away and an instrument being away have the same code; whether we are connected tells them apart. */
const failureOf = (client: NativeClient, url: string, { code, message, details }: Problem): CliError => {
  if (details?.['unanswered'] !== undefined) return new CliError('unreachable', `${code}: ${message} (${url})`);
  if (client.state.state === 'open') return new CliError('refused', `${code}: ${message}`);
  return new CliError(
    'unreachable',
    `no station answers at ${url}: ${client.state.reason ?? message}. Is it running (busbar serve)? Is BUSBAR_URL right?`,
  );
};

/** Session names must not repeat between processes. */
const cryptoRandom = (): number => (randomFillSync(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
