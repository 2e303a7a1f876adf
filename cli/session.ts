import { randomFillSync } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Problem } from '../core/errors.js';
import { overWebSocket } from '../core/native/client-socket.js';
import { NativeClient } from '../core/native/client.js';
import { NATIVE_PATH } from '../core/native/protocol.js';
import type { Answer } from '../core/native/requests.js';
import { systemClock } from '../station/system-clock.js';
import { CliError } from './exit.js';

export const DEFAULT_URL = 'http://127.0.0.1:8080';

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

/** The native endpoint of whatever a person calls the station: `host:port`, `http://...`, `ws://...`. */
export const webSocketUrl = (text: string): string => {
  const url = parseUrl(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url === undefined || !/^(http|ws)s?:$/.test(url.protocol)) {
    throw new CliError(
      'usage',
      `"${text}" is no address of a station; write for example ${DEFAULT_URL} (option --url or variable BUSBAR_URL)`,
    );
  }
  url.protocol = url.protocol.replace('http', 'ws');
  if (!url.pathname.endsWith(NATIVE_PATH)) url.pathname = `${url.pathname.replace(/\/$/, '')}${NATIVE_PATH}`;
  return url.href;
};

const parseUrl = (text: string): URL | undefined => {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
};

/** The station being away and an instrument being away have the same code; whether we are connected tells them apart. */
const failureOf = (client: NativeClient, url: string, { code, message }: Problem): CliError => {
  if (client.state.state === 'open') return new CliError('refused', `${code}: ${message}`);
  return new CliError(
    'unreachable',
    `no station answers at ${url}: ${client.state.reason ?? message}. Is it running (busbar serve)? Is BUSBAR_URL right?`,
  );
};

/** Session names must not repeat between processes. */
const cryptoRandom = (): number => (randomFillSync(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
