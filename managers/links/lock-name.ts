import type { LinksContext } from '../../core/link.js';
import { canonicalResource, type Resource } from '../../core/wire/visa-resource.js';

/** How the lock of an instrument against a second station is called. A GPIB board is each station's own number, so its
 *  adapter is named instead. Undefined: a recording, which any number of stations may play. */
export const lockName = (resource: Resource, { boards }: Pick<LinksContext, 'boards'>): string | undefined => {
  if (resource.type === 'replay') return undefined;
  const name = canonicalResource(resource);
  const adapter = resource.type === 'gpib' ? boards[resource.board] : undefined;
  return adapter === undefined ? name : `${adapter} ${name.slice(name.indexOf('::') + 2)}`;
};
