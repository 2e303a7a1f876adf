/** A route of the original, taken apart. */
export type Route =
  | { readonly name: 'units' | 'monitoring' | 'settings' | 'openapi' | 'docs' | 'redoc' | 'oauth2-redirect' }
  | { readonly name: 'unit' | 'channels'; readonly unit: string }
  | { readonly name: 'channel'; readonly unit: string; readonly channel: string };

export type RouteName = Route['name'];

/** The methods of each route; any other is answered 405 with `Allow: GET`, as the first of them is looked at alone. */
export const methodsOf: Readonly<Record<RouteName, readonly string[]>> = {
  units: ['GET'],
  monitoring: ['GET'],
  settings: ['GET', 'POST'],
  openapi: ['GET'],
  docs: ['GET'],
  redoc: ['GET'],
  'oauth2-redirect': ['GET'],
  unit: ['GET'],
  channels: ['GET'],
  channel: ['GET', 'POST'],
};

const fixed: ReadonlyMap<string, Route> = new Map([
  ['/units', { name: 'units' }],
  ['/monitoring/channels', { name: 'monitoring' }],
  ['/settings', { name: 'settings' }],
  ['/openapi.json', { name: 'openapi' }],
  ['/docs', { name: 'docs' }],
  ['/redoc', { name: 'redoc' }],
  ['/docs/oauth2-redirect', { name: 'oauth2-redirect' }],
] as const);

const ENCODED_SLASH = /%2f/i;

/** What cannot be decoded stands for itself. */
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** The route of a path, which is not decoded; a slash that is encoded leads nowhere (psu-rest spec, 1.3). `channels` is a route of its own for GET alone, so that a POST to it is a channel of that name. */
export const routeOf = (path: string, method: string): Route | undefined => {
  if (ENCODED_SLASH.test(path)) return undefined;
  const whole = decoded(path);
  const known = fixed.get(whole);
  if (known !== undefined) return known;
  const [, first, unit, channel, ...rest] = whole.split('/');
  if (first !== 'units' || unit === undefined || unit === '' || rest.length > 0) return undefined;
  if (channel === undefined) return { name: 'unit', unit };
  if (channel === '') return undefined;
  return channel === 'channels' && method !== 'POST' ? { name: 'channels', unit } : { name: 'channel', unit, channel };
};

/** Where a path with slashes at its end leads, when it would be one without them; undefined: nowhere. */
export const withoutTrailingSlash = (path: string, method: string): string | undefined => {
  if (!path.endsWith('/')) return undefined;
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  const shorter = path.slice(0, end);
  return routeOf(shorter, method) === undefined ? undefined : shorter;
};
