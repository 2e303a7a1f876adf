import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Listener, PeerReport } from '../../core/connector.js';
import type { UpgradeRoute } from '../transports/upgrade-route.js';

/** Where everything of ours lives, whatever else is on the port. */
export const OWN_PREFIX = '/busbar';

/** What is said where there is no route, before any body is read. `allowed`: the methods that do have one at this path. */
export type Missing = {
  /** `/` makes a section the owner of the root: all of the port but what is under `OWN_PREFIX`. The longest that fits counts. */
  readonly under: string;
  readonly answer: (request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]) => Promise<void> | void;
};

/** One thing that lives on an HTTP port: the console, the REST interface, a foreign dialect ... */
export type HttpSection = {
  /** Unique on its port; behind the connector's name in the list of listeners. */
  readonly name: string;
  /** Puts its routes on the port, before it is opened. Every section has a scope of its own: hooks, body parsers and the error
   *  handler that it sets are for its own routes alone. */
  readonly register: (server: FastifyInstance) => Promise<void> | void;
  readonly missing?: Missing;
  readonly upgrades?: readonly UpgradeRoute[];
  /** `base`: `http://127.0.0.1:8080`, as the port was opened. */
  readonly listeners?: (base: string) => readonly Listener[];
  readonly peers?: () => readonly PeerReport[];
  /** Tells its peers, ends what it keeps open, lets go of the bus; within a second. Idempotent. */
  readonly close?: (reason: string) => Promise<void> | void;
};

/** Whether a foreign dialect has the root of the port to itself. */
export const isRootOwned = (sections: readonly HttpSection[]): boolean =>
  sections.some(({ missing }) => missing?.under === '/');

/** Whether a path belongs to what is `under`; what is under `OWN_PREFIX` is nobody else's. */
export const isUnder = (path: string, under: string): boolean => {
  if (under === '/') return !isUnder(path, OWN_PREFIX);
  return path === under || path.startsWith(`${under}/`);
};
