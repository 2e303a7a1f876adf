import type { Observable } from 'rxjs';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import type { Resource } from '../../../core/wire/visa-resource.js';
import { ModbusBus } from './modbus-bus.js';
import {
  openModbusClient,
  type ModbusBusAddress,
  type ModbusRequests,
  type OpenModbusClient,
} from './modbus-client.js';
import { checkCount, checkValues, modbusLimits } from './modbus-limits.js';
import { exceptionCode } from './modbus-problems.js';
import type { RegisterRoad, RegisterRoadKind } from '../road.js';
import { Shared, type Share } from '../shared.js';

/** Time to connect, and how long a line is listened to after a request was given up. */
const OPEN_MS = 5_000;
const QUIET_MS = 2_000;
const ILLEGAL_FUNCTION = 1;

type Ask<T> = (requests: ModbusRequests) => Promise<T>;
type Written = { readonly address: number };

/** One Modbus station: a unit on a line, behind a gateway, or at the end of a connection of its own. */
export class ModbusRoad implements RegisterRoad {
  readonly bus: string;
  readonly #share: Share<ModbusBus>;
  readonly #unit: number;
  readonly #quietMs: number;

  constructor(bus: string, share: Share<ModbusBus>, unit: number, quietMs: number) {
    this.bus = bus;
    this.#share = share;
    this.#unit = unit;
    this.#quietMs = quietMs;
  }

  get lost(): Observable<Problem> {
    return this.#share.value.lost;
  }

  async readRegisters(
    kind: 'holding' | 'input',
    address: number,
    count: number,
    call: Call,
  ): Promise<readonly number[]> {
    checkCount(address, count, modbusLimits.readRegisters);
    const { data } = await this.#ask(call, (requests) =>
      kind === 'holding' ? requests.readHoldingRegisters(address, count) : requests.readInputRegisters(address, count),
    );
    return data;
  }

  /** One value goes by function 6, which every station has, and by 16 where it has not; several go by 16. */
  async writeRegisters(address: number, values: readonly number[], call: Call): Promise<void> {
    checkCount(address, values.length, modbusLimits.writeRegisters);
    checkValues(values);
    const several: Ask<Written> = (requests) => requests.writeRegisters(address, [...values]);
    const [value, ...more] = values;
    const done =
      value === undefined || more.length > 0
        ? await this.#ask(call, several)
        : await this.#askOrElse(call, (requests) => requests.writeRegister(address, value), several);
    refuseOther(done.address, address);
  }

  async readBits(kind: 'coil' | 'discrete', address: number, count: number, call: Call): Promise<readonly boolean[]> {
    checkCount(address, count, modbusLimits.readBits);
    const { data } = await this.#ask(call, (requests) =>
      kind === 'coil' ? requests.readCoils(address, count) : requests.readDiscreteInputs(address, count),
    );
    return data.slice(0, count); // bits come by the byte
  }

  async writeBits(address: number, values: readonly boolean[], call: Call): Promise<void> {
    checkCount(address, values.length, modbusLimits.writeBits);
    const several: Ask<Written> = (requests) => requests.writeCoils(address, [...values]);
    const [value, ...more] = values;
    const done =
      value === undefined || more.length > 0
        ? await this.#ask(call, several)
        : await this.#askOrElse(call, (requests) => requests.writeCoil(address, value), several);
    refuseOther(done.address, address);
  }

  async clear(call: Call): Promise<'clear'> {
    await this.#share.value.clear(this.#quietMs, call);
    return 'clear';
  }

  close(): Promise<void> {
    return this.#share.release();
  }

  #ask<T>(call: Call, ask: Ask<T>): Promise<T> {
    return this.#share.value.request(this.#unit, call, ask);
  }

  /** Two requests, each for this unit and within the call: a refusal that comes when nobody waits for it sends nothing. */
  async #askOrElse<T>(call: Call, first: Ask<T>, other: Ask<T>): Promise<T> {
    try {
      return await this.#ask(call, first);
    } catch (thrown) {
      if (!(thrown instanceof HardwareError) || exceptionCode(thrown.cause) !== ILLEGAL_FUNCTION) throw thrown;
      return this.#ask(call, other);
    }
  }
}

/** What a station has written where nobody asked is an answer to something else. */
const refuseOther = (written: number, address: number): void => {
  if (written !== address) {
    throw new HardwareError('BAD_MESSAGE', `the station says that it wrote at ${written}, not at ${address}`);
  }
};

type ModbusResource = Extract<Resource, { readonly type: 'modbus-tcp' | 'modbus-rtu' }>;

const isModbus = (resource: Resource): resource is ModbusResource =>
  resource.type === 'modbus-tcp' || resource.type === 'modbus-rtu';

/** `MODBUS-TCP` and `MODBUS-RTU`; the units of one bus share its connection. */
export const createModbusRoad = (openClient: OpenModbusClient = openModbusClient): RegisterRoadKind => {
  /** A station has its own, for it has its own time. */
  const buses = new WeakMap<LinksContext, Shared<ModbusBus>>();
  const busesOf = (context: LinksContext): Shared<ModbusBus> => {
    const known = buses.get(context);
    if (known !== undefined) return known;
    const made = new Shared<ModbusBus>({ close: (bus) => bus.close(), isOpen: ({ isOpen }) => isOpen });
    buses.set(context, made);
    return made;
  };

  const connect = (address: ModbusBusAddress, settings: LinkSettings, { clock }: LinksContext): Promise<ModbusBus> => {
    const openMs = settings.openTimeoutMs ?? OPEN_MS;
    const own = (): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + openMs });
    const hasNumbers = address.type === 'modbus-tcp';
    const open = (): ReturnType<OpenModbusClient> => openClient(address, settings, clock, own());
    return ModbusBus.connect({ name: nameOf(address), clock, open, hasNumbers }, own());
  };

  return {
    form: 'MODBUS-TCP::<host>[::<port>]::<unit>, MODBUS-RTU::<device>::<unit>',
    claims: isModbus,
    open: async (resource, settings, context, call) => {
      if (!isModbus(resource)) throw new Error(`Modbus cannot reach a resource of type ${resource.type}`);
      const share = await busesOf(context).take(nameOf(resource), () => connect(resource, settings, context), call);
      return new ModbusRoad(nameOf(resource), share, resource.unit, settings.timeoutMs ?? QUIET_MS);
    },
  };
};

const nameOf = (address: ModbusBusAddress): string =>
  address.type === 'modbus-tcp' ? `MODBUS-TCP::${address.host}::${address.port}` : `MODBUS-RTU::${address.path}`;

export const modbusRoad: RegisterRoadKind = createModbusRoad();
