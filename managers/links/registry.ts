import { readFile } from 'node:fs/promises';
import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import type { Link } from './link.js';
import { replay, ReplayLink } from './replay.link.js';
import { readRecording } from './recording.js';

export type LinkContext = { readonly clock: Clock };

/** Opens the road to the instrument that a resource string names. Errors: DISCONNECTED. */
export type OpenLink = (resource: string, call: Call) => Promise<Link>;

type LinkKind = {
  readonly description: string;
  readonly matches: (resource: string) => boolean;
  readonly open: (resource: string, context: LinkContext) => Promise<Link>;
};

const REPLAY = 'replay:';

/** The links that exist today; GPIB, VXI-11 and TCP come as further rows. */
const links: readonly LinkKind[] = [
  {
    description: `${REPLAY}<file> (plays a recorded conversation)`,
    matches: (resource) => resource.startsWith(REPLAY),
    open: async (resource, { clock }) => {
      const { conversation, repeatFrom } = await readRecording(resource.slice(REPLAY.length), readText);
      return new ReplayLink({ name: resource, clock, respond: replay(conversation, repeatFrom) });
    },
  },
];

const readText = (path: string): Promise<string> => readFile(path, 'utf8');

const kindOf = (resource: string): LinkKind => {
  const kind = links.find(({ matches }) => matches(resource));
  if (kind !== undefined) return kind;
  const known = links.map(({ description }) => description).join(', ');
  throw new HardwareError('BAD_ARGUMENT', `no link reaches "${resource}" yet; the links that exist today: ${known}`);
};

/** Throws BAD_ARGUMENT, naming the links that exist, when none can reach the resource: asked before anything is started. */
export const checkResource = (resource: string): void => {
  kindOf(resource);
};

export const linkOpener =
  (context: LinkContext): OpenLink =>
  async (resource, { signal }) => {
    const link = await kindOf(resource).open(resource, context);
    if (!signal.aborted) return link;
    await link.close();
    throw new HardwareError('DISCONNECTED', `connecting to ${resource} was given up`);
  };
