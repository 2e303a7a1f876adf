import { readFile } from 'node:fs/promises';
import { HardwareError } from '../../core/errors.js';
import type { Link, Links, LinksContext } from '../../core/link.js';
import { replay, ReplayLink } from './replay.link.js';
import { readRecording } from './recording.js';

type LinkKind = {
  readonly description: string;
  readonly matches: (resource: string) => boolean;
  readonly open: (resource: string, context: LinksContext) => Promise<Link>;
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

export const createLinks = (context: LinksContext): Links => ({
  check: (resource) => {
    kindOf(resource);
  },
  open: async (resource, _settings, { signal }) => {
    const link = await kindOf(resource).open(resource, context);
    if (!signal.aborted) return link;
    await link.close();
    throw new HardwareError('DISCONNECTED', `connecting to ${resource} was given up`);
  },
  openRegisters: (resource) =>
    Promise.reject(new HardwareError('BAD_ARGUMENT', `no link reaches the registers of "${resource}" yet`)),
  reports: () => [],
});
