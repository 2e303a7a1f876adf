import { HardwareError } from '../../core/errors.js';
import type { Links, LinksContext } from '../../core/link.js';
import { canonicalResource, parseResource, type Resource } from '../../core/wire/visa-resource.js';
import { Buses } from './buses.js';
import { hislipRoad } from './hislip/hislip.road.js';
import { LinkHandle } from './link-handle.js';
import { lockName } from './lock-name.js';
import { MessageLink } from './message-link.js';
import { RegisterCore } from './register-link.js';
import { modbusRoad } from './modbus/modbus.road.js';
import { prologixRoad } from './prologix/prologix.road.js';
import { replayRoad } from './replay/replay.road.js';
import type { RegisterRoad, RegisterRoadKind, Road, RoadKind } from './road.js';
import { serialRoad } from './serial/serial.road.js';
import { SharedLinks, type Opening } from './shared-links.js';
import { socketRoad } from './socket.road.js';
import { usbtmcRoad } from './usbtmc/usbtmc.road.js';
import { vxi11Road } from './vxi11/vxi11.road.js';

/** Every way to carry messages to an instrument; a new one adds its line. */
export const roads: readonly RoadKind[] = [
  socketRoad,
  serialRoad,
  prologixRoad,
  vxi11Road,
  hislipRoad,
  usbtmcRoad,
  replayRoad,
];

/** Every way to the registers of an instrument. */
export const registerRoads: readonly RegisterRoadKind[] = [modbusRoad];

/** Time for an answer; default of the library that the first instruments were run with (spec 4.1). */
const ANSWER_LIMIT_MS = 2_000;

/** The links of one station. */
export const createLinks = (context: LinksContext): Links => {
  const { clock, log } = context;
  const buses = new Buses(clock);
  const messages = new SharedLinks<Road, MessageLink>({
    context,
    buses,
    openRoad: async (resource, settings, call) =>
      kindOf(roads, resource, context).open(resource, settings, context, call),
    makeLink: ({ resource, seat, keeper, statistics }) =>
      new MessageLink({ resource, clock, log, keeper, line: seat.line, statistics, neighbours: seat.neighbours }),
  });
  const registers = new SharedLinks<RegisterRoad, RegisterCore>({
    context,
    buses,
    openRoad: async (resource, settings, call) =>
      kindOf(registerRoads, resource, context).open(resource, settings, context, call),
    makeLink: (parts) => new RegisterCore({ ...parts, clock }),
  });
  const opening = (text: string, settings: Opening['settings']): Opening => {
    const resource = parseResource(text);
    return { resource, name: canonicalResource(resource), lock: lockName(resource, context), settings };
  };
  return {
    check: (text) => {
      kindOf([...roads, ...registerRoads], parseResource(text), context);
    },
    open: async (text, settings, call) => {
      const { link, letGo } = await messages.lease(opening(text, settings), call);
      return new LinkHandle({ link, clock, limitMs: settings.timeoutMs ?? ANSWER_LIMIT_MS, onClose: letGo });
    },
    openRegisters: async (text, settings, call) => {
      const { link, letGo } = await registers.lease(opening(text, settings), call);
      return link.handle(settings.timeoutMs ?? ANSWER_LIMIT_MS, letGo);
    },
    reports: () => [...messages.reports(), ...registers.reports()],
  };
};

const kindOf = <Kind extends RoadKind | RegisterRoadKind>(
  kinds: readonly Kind[],
  resource: Resource,
  context: LinksContext,
): Kind => {
  const kind = kinds.find(({ claims }) => claims(resource, context));
  if (kind !== undefined) return kind;
  const name = canonicalResource(resource);
  const known = kinds.map(({ form }) => form).join(', ');
  throw new HardwareError(
    'BAD_ARGUMENT',
    `no road reaches "${name}"${hint(resource, context)}; the roads are: ${known}`,
  );
};

const hint = (resource: Resource, { boards }: LinksContext): string =>
  resource.type === 'gpib' && boards[resource.board] === undefined
    ? `: board ${resource.board} has no adapter, name it under station.gpib`
    : '';
