import type { Clock } from '../../../core/clock.js';
import type { LinkReport, LinkSettings } from '../../../core/link.js';
import { silentLog } from '../../../core/log.js';
import type { Call } from '../../../core/parameter.js';
import { parseResource } from '../../../core/wire/visa-resource.js';
import { Buses } from '../../../managers/links/buses.js';
import { LinkHandle } from '../../../managers/links/link-handle.js';
import { MessageLink } from '../../../managers/links/message-link.js';
import type { Road } from '../../../managers/links/road.js';
import { SharedLinks } from '../../../managers/links/shared-links.js';

export const RESOURCE = 'TCPIP0::meter::5025::SOCKET';

export type LinksOver = {
  readonly open: (resource?: string, settings?: LinkSettings, call?: Call) => Promise<LinkHandle>;
  readonly reports: () => readonly LinkReport[];
  /** Resources whose instrument lock is held. */
  readonly claimed: readonly string[];
};

/** Links over roads that a test makes: each opening, the first and those after a time-out, asks `openRoad` for one. */
export const linksOver = (
  clock: Clock,
  openRoad: (call: Call, resource: string) => Road | Promise<Road>,
): LinksOver => {
  const claimed: string[] = [];
  const claim = (resource: string) => {
    claimed.push(resource);
    return () => {
      claimed.splice(claimed.indexOf(resource), 1);
    };
  };
  const links = new SharedLinks<Road, MessageLink>({
    context: { clock, random: () => 0.5, log: silentLog, boards: {}, claim },
    buses: new Buses(clock),
    openRoad: async (resource, _settings, call) =>
      openRoad(call, resource.type === 'socket' ? resource.host : resource.type),
    makeLink: ({ resource, seat, keeper, statistics }) =>
      new MessageLink({
        resource,
        clock,
        log: silentLog,
        keeper,
        line: seat.line,
        statistics,
        neighbours: seat.neighbours,
      }),
  });
  return {
    claimed,
    reports: () => links.reports(),
    open: async (resource = RESOURCE, settings = {}, call = forEver()) => {
      const opening = { name: resource, resource: parseResource(resource), lock: resource, settings };
      const { link, letGo } = await links.lease(opening, call);
      return new LinkHandle({ link, clock, limitMs: settings.timeoutMs ?? 2_000, onClose: letGo });
    },
  };
};

const forEver = (): Call => ({ signal: new AbortController().signal, deadline: Infinity });

/** One link over one road that is never opened again. */
export const linkOver = (clock: Clock, road: Road): Promise<LinkHandle> => linksOver(clock, () => road).open();
