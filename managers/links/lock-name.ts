import type { LinksContext } from '../../core/link.js';
import { canonicalResource, parseResource, type Resource } from '../../core/wire/visa-resource.js';
import { behindGateway } from './vxi11/vxi11-target.js';

/** How the lock of an instrument against a second station is called. Board numbers are each station's own: the adapter of a
 *  GPIB board is named instead, as whoever reaches it without a board would name it. Undefined: a recording, which any number
 *  of stations may play. */
export const lockName = (resource: Resource, { boards }: Pick<LinksContext, 'boards'>): string | undefined => {
  if (resource.type === 'replay') return undefined;
  if (resource.type !== 'gpib') return onAnyBoard(resource);
  const text = boards[resource.board];
  if (text === undefined) return canonicalResource(resource);
  const adapter = parseResource(text);
  if (adapter.type === 'vxi11') return onAnyBoard(behindGateway(adapter, resource));
  const address = canonicalResource(resource);
  return `${onAnyBoard(adapter)} ${address.slice(address.indexOf('::') + 2)}`;
};

const onAnyBoard = (resource: Resource): string =>
  canonicalResource('board' in resource ? { ...resource, board: 0 } : resource);
