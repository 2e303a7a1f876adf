import { NATIVE_PATH } from '../core/native/protocol.js';
import { CliError } from './exit.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** The station to talk to unless `--url` says so. A variable that is set to nothing counts as not set. */
export const stationUrl = (named: string | undefined): string =>
  named === undefined || named === '' ? DEFAULT_URL : named;

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
