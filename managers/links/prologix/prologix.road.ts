import type { Observable } from 'rxjs';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { addressWords } from '../../../core/wire/prologix.js';
import { canonicalResource, parseResource, type Resource } from '../../../core/wire/visa-resource.js';
import { BytePipe } from '../byte-pipe.js';
import { latin1Bytes } from '../program-text.js';
import { PrologixAdapter } from './prologix-adapter.js';
import type { Road, RoadKind } from '../road.js';
import { openSerialLine, portPath, type OpenSerialLine } from '../serial/serial-line.js';
import { Shared, type Share } from '../shared.js';
import { openTcpStream, type OpenTcpStream } from '../tcp-stream.js';

type GpibResource = Extract<Resource, { readonly type: 'gpib' }>;
type AdapterResource = Extract<Resource, { readonly type: 'prologix-tcp' | 'prologix-serial' }>;

/** What an adapter is given to connect and set up, however little time the one who asked first had. */
const OPEN_MS = 5_000;
/** Adapters on USB say they are a serial port of this speed. */
const ADAPTER_BAUD_RATE = 115_200;

/** An instrument behind a Prologix-style adapter. */
export class PrologixRoad implements Road {
  readonly bus: string;
  readonly #share: Share<PrologixAdapter>;
  readonly #address: string;
  readonly #termination: Uint8Array;

  constructor(bus: string, share: Share<PrologixAdapter>, address: string, { writeTermination = '' }: LinkSettings) {
    this.bus = bus;
    this.#share = share;
    this.#address = address;
    this.#termination = latin1Bytes(writeTermination);
  }

  get lost(): Observable<Problem> {
    return this.#share.value.lost;
  }

  get pendingBytes(): number {
    return this.#share.value.pendingBytes(this.#address);
  }

  send(message: Uint8Array, call: Call): Promise<void> {
    return this.#share.value.send(this.#address, joinBytes([message, this.#termination]), call);
  }

  receive(call: Call): Promise<Uint8Array> {
    return this.#share.value.receive(this.#address, call);
  }

  async clear(call: Call): Promise<'clear'> {
    await this.#share.value.clear(this.#address, call);
    return 'clear';
  }

  statusByte(call: Call): Promise<number> {
    return this.#share.value.statusByte(this.#address, call);
  }

  trigger(call: Call): Promise<void> {
    return this.#share.value.trigger(this.#address, call);
  }

  close(): Promise<void> {
    return this.#share.release();
  }
}

export type PrologixSeams = { readonly openLine: OpenSerialLine; readonly openTcp: OpenTcpStream };

/** GPIB instruments behind the adapter that the station names for their board. They share one connection. */
export const createPrologixRoad = (
  { openLine, openTcp }: PrologixSeams = { openLine: openSerialLine, openTcp: openTcpStream },
): RoadKind => {
  /** A station has its own, for it has its own time. */
  const adapters = new WeakMap<LinksContext, Shared<PrologixAdapter>>();
  const adaptersOf = (context: LinksContext): Shared<PrologixAdapter> => {
    const known = adapters.get(context);
    if (known !== undefined) return known;
    const made = new Shared<PrologixAdapter>({ close: (adapter) => adapter.close(), isOpen: ({ isOpen }) => isOpen });
    adapters.set(context, made);
    return made;
  };

  const connect = async (resource: AdapterResource, settings: LinkSettings, { clock }: LinksContext) => {
    const openMs = settings.openTimeoutMs ?? OPEN_MS;
    const call = { signal: new AbortController().signal, deadline: clock.monotonic() + openMs };
    const name = nameOf(resource);
    const line =
      resource.type === 'prologix-tcp'
        ? { stream: await openTcp(resource.host, resource.port, clock, call) }
        : await openLine(portPath(resource.path), { baudRate: ADAPTER_BAUD_RATE }, call);
    const pipe = new BytePipe({ ...line, name, clock });
    try {
      return await PrologixAdapter.setUp(name, pipe, call);
    } catch (thrown) {
      await pipe.close();
      throw thrown;
    }
  };

  return {
    form: 'GPIB<board>::<primary>[::<secondary>]::INSTR through the adapter that station.gpib names for the board',
    claims: (resource, { boards }) => resource.type === 'gpib' && adapterOf(resource, boards) !== undefined,
    open: async (resource, settings, context, call) => {
      const adapter = resource.type === 'gpib' ? adapterOf(resource, context.boards) : undefined;
      if (resource.type !== 'gpib' || adapter === undefined) {
        throw new HardwareError('BAD_ARGUMENT', 'this is no instrument behind a Prologix-style adapter');
      }
      const bus = canonicalResource(adapter);
      const share = await adaptersOf(context).take(bus, () => connect(adapter, settings, context), call);
      return new PrologixRoad(bus, share, addressWords(resource.primary, resource.secondary), settings);
    },
  };
};

/** The adapter of a board; undefined: none is named, or another road leads there, such as a gateway. */
const adapterOf = ({ board }: GpibResource, boards: LinksContext['boards']): AdapterResource | undefined => {
  const text = boards[String(board)];
  const adapter = text === undefined ? undefined : parseResource(text);
  return adapter?.type === 'prologix-tcp' || adapter?.type === 'prologix-serial' ? adapter : undefined;
};

const nameOf = (adapter: AdapterResource): string =>
  adapter.type === 'prologix-tcp'
    ? `the GPIB adapter ${adapter.host}:${adapter.port}`
    : `the GPIB adapter ${portPath(adapter.path)}`;

export const prologixRoad: RoadKind = createPrologixRoad();
