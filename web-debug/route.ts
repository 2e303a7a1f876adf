/** What the page shows; it is in the address, so that a reload, a bookmark and the back button work. */
export type Route =
  { readonly view: 'overview' | 'messages' | 'connections' } | { readonly view: 'manager'; readonly name: string };

const MANAGER = '#/manager/';

export const routeOf = (hash: string): Route => {
  if (hash === '#/messages') return { view: 'messages' };
  if (hash === '#/connections') return { view: 'connections' };
  return hash.startsWith(MANAGER) ? { view: 'manager', name: hash.slice(MANAGER.length) } : { view: 'overview' };
};

export const hashOf = (route: Route): string =>
  route.view === 'manager' ? `${MANAGER}${route.name}` : `#/${route.view}`;
