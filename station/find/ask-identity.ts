import type { Clock } from '../../core/clock.js';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { LinksContext } from '../../core/link.js';
import { silentLog } from '../../core/log.js';
import type { Call } from '../../core/parameter.js';
import type { Random } from '../../core/random.js';
import { within } from '../../core/within.js';
import { PORTMAPPER_PORT } from '../../core/wire/portmapper.js';
import { canonicalResource, type Resource } from '../../core/wire/visa-resource.js';
import { VXI11_CORE } from '../../core/wire/vxi11.js';
import { createHislipRoad } from '../../managers/links/hislip/hislip.road.js';
import { lookUpPort } from '../../managers/links/vxi11/portmapper-lookup.js';
import { latin1Bytes, latin1Text } from '../../managers/links/program-text.js';
import { roads } from '../../managers/links/registry.js';
import type { Road, RoadKind } from '../../managers/links/road.js';
import { SocketRoad } from '../../managers/links/socket.road.js';
import { openTcpStream, type OpenTcpStream } from '../../managers/links/tcp-stream.js';
import { askOverUdp, type AskOverUdp } from '../../managers/links/udp-question.js';
import { createVxi11Road } from '../../managers/links/vxi11/vxi11.road.js';
import { looksLikeIdentity } from './match-driver.js';
import type { AskIdentity, Target } from './trial.js';

export type AskOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** To find the port, to connect, and to answer: each gets so long. */
  readonly limitMs: number;
  /** Absent: 111, where everybody asks. */
  readonly portmapperPort?: number;
  /** Tests hand in what is played. */
  readonly openTcp?: OpenTcpStream;
  readonly askUdp?: AskOverUdp;
  /** For all but the network. */
  readonly localRoads?: readonly RoadKind[];
};

const QUESTION = '*IDN?';
/** An identity has at most 72 characters (IEEE 488.2, 10.14); what sends more is something else. */
const MAX_ANSWER_BYTES = 4_096;
/** The longest try has four parts: find the port over TCP, then over UDP, connect, ask. */
const PARTS_OF_A_TRY = 4;
/** To let go properly: VXI-11 says goodbye. */
const CLOSE_MS = 1_000;
/** Roads without END: what comes first may be a greeting, or an echo. */
const lineRoads: readonly Resource['type'][] = ['socket', 'serial'];

/** Connects, asks `*IDN?`, and lets go; nothing else is ever written. Bounded in time, whatever is at the other end. */
export const createAskIdentity = (options: AskOptions): AskIdentity => {
  const { clock, limitMs } = options;
  return async (target, signal) => {
    const visit = new Visit(target, options);
    const late = (): Error => new HardwareError('TIMEOUT', `${canonicalResource(target.resource)} took too long`);
    try {
      const answer = await within(clock, visit.ask(signal), { ms: PARTS_OF_A_TRY * limitMs + CLOSE_MS, late, signal });
      return { type: 'answered', resource: visit.resource, answer };
    } catch (thrown) {
      const { code, message: problem } = toProblem(thrown);
      const { resource, isSomebodyThere } = visit;
      return isSomebodyThere
        ? { type: 'silent', resource, problem }
        : { type: 'absent', resource, isMute: code === 'TIMEOUT', problem };
    }
  };
};

/** One try at one place. */
class Visit {
  readonly #target: Target;
  readonly #options: AskOptions;
  #isSomebodyThere = false;
  #resource: Resource;

  constructor(target: Target, options: AskOptions) {
    this.#target = target;
    this.#options = options;
    this.#resource = target.resource;
  }

  /** By what a station reaches it: with its port where the usual portmapper cannot be asked for it. */
  get resource(): Resource {
    return this.#resource;
  }

  /** Something took a connection; a portmapper alone is no instrument. */
  get isSomebodyThere(): boolean {
    return this.#isSomebodyThere;
  }

  async ask(signal: AbortSignal): Promise<string> {
    const { clock } = this.#options;
    const question = latin1Bytes(QUESTION);
    const road = await this.#open(signal);
    this.#isSomebodyThere = true;
    try {
      const call = this.#call(signal);
      await road.send(question, call);
      if (!lineRoads.includes(this.#target.resource.type)) return latin1Text(await road.receive(call));
      return await bestLine(road, { ...call, clock });
    } finally {
      await road.close();
    }
  }

  async #open(signal: AbortSignal): Promise<Road> {
    const { resource, writeTermination, baudRate } = this.#target;
    const { clock, localRoads = roads } = this.#options;
    const settings = {
      ...(writeTermination === undefined ? {} : { writeTermination }),
      ...(baudRate === undefined ? {} : { baudRate }),
    };
    switch (resource.type) {
      case 'socket': {
        const { host, port } = resource;
        const stream = await this.#openTcp(host, port, clock, this.#call(signal));
        return new SocketRoad({
          name: `${host}:${port}`,
          stream,
          clock,
          maxAnswerBytes: MAX_ANSWER_BYTES,
          ...settings,
        });
      }
      case 'vxi11': {
        const kind = createVxi11Road({ openTcp: this.#openTcp });
        const named = { ...resource, port: resource.port ?? (await this.#lookUp(resource.host, signal)) };
        if (this.#options.portmapperPort !== undefined) this.#resource = named;
        return kind.open(named, settings, this.#context, this.#call(signal));
      }
      case 'hislip':
        return createHislipRoad(this.#openTcp).open(resource, settings, this.#context, this.#call(signal));
      default: {
        const kind = localRoads.find(({ claims }) => claims(resource, this.#context));
        if (kind === undefined) throw new HardwareError('BAD_ARGUMENT', 'no road leads there');
        return kind.open(resource, settings, this.#context, this.#call(signal));
      }
    }
  }

  #lookUp(host: string, signal: AbortSignal): Promise<number> {
    const { clock, limitMs, portmapperPort: port = PORTMAPPER_PORT, openTcp = openTcpStream } = this.#options;
    const { askUdp = askOverUdp } = this.#options;
    const deadline = clock.monotonic() + 2 * limitMs;
    return lookUpPort(host, VXI11_CORE, { openTcp, askUdp, clock, port }, { signal, deadline });
  }

  readonly #openTcp: OpenTcpStream = async (...to) => {
    const { openTcp = openTcpStream } = this.#options;
    const stream = await openTcp(...to);
    this.#isSomebodyThere = true;
    return stream;
  };

  #call(signal: AbortSignal): Call {
    const { clock, limitMs } = this.#options;
    return { signal, deadline: clock.monotonic() + limitMs };
  }

  get #context(): LinksContext {
    const { clock, random } = this.#options;
    return { clock, random, log: silentLog, boards: {}, claim: () => () => undefined };
  }
}

/** The first line that looks like an identity; else, when the time is over, the first that says anything. */
const bestLine = async (road: Road, call: Call & { readonly clock: Clock }): Promise<string> => {
  let first: string | undefined;
  try {
    while (call.clock.monotonic() < call.deadline) {
      const line = latin1Text(await road.receive(call)).trim();
      if (looksLikeIdentity(line)) return line;
      if (line !== '' && line !== QUESTION) first ??= line;
    }
  } catch (thrown) {
    if (first === undefined || call.signal.aborted) throw thrown;
  }
  if (first !== undefined) return first;
  throw new HardwareError('TIMEOUT', `${road.bus} did not answer in time`);
};
