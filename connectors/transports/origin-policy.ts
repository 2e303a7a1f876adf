export type OriginPolicy = {
  /** Origins that pass wherever they are, as a browser writes them: `https://lab.example.org`; also `null`. */
  readonly allowedOrigins: readonly string[];
  /** Names, without port, under which browsers reach this station, besides those that no stranger can own. */
  readonly allowedHosts: readonly string[];
};

export type OriginHeaders = { readonly origin?: string | undefined; readonly host?: string | undefined };

/** Why a WebSocket of a browser is refused; undefined: it may come. Otherwise any web page could set a high voltage.
 *  A program sends no Origin and passes. A page passes when it came from this very host, and when that host is one that a
 *  stranger cannot let point here (DNS rebinding): an address, a name without a dot, `.local`, or a name of the config. */
export const refuseOrigin = ({ origin, host }: OriginHeaders, policy: OriginPolicy): string | undefined => {
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return undefined;
  const page = parsedUrl(origin);
  const here = page === undefined ? undefined : parsedUrl(`${page.protocol}//${host ?? ''}`);
  if (page === undefined || here?.host !== page.host) {
    return `pages of ${shown(origin)} may not connect to ${shown(host ?? 'nothing')}; name that origin in allowedOrigins if they should`;
  }
  if (isOwnByNature(here.hostname) || policy.allowedHosts.includes(here.hostname)) return undefined;
  return `${shown(here.hostname)} is not known as a name of this station; name it in allowedHosts, or use the address`;
};

const parsedUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const isOwnByNature = (hostname: string): boolean =>
  isAddress(hostname) || !hostname.includes('.') || hostname.endsWith('.local') || hostname.endsWith('.localhost');

/** As URL writes them: 127.0.0.1 whatever the spelling was, [::1] in brackets. */
const isAddress = (hostname: string): boolean => /^\[.*\]$|^\d+\.\d+\.\d+\.\d+$/.test(hostname);

const shown = (text: string): string => text.slice(0, 120);
