import { expect } from 'chai';
import { HardwareError, type Problem } from '../../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../../core/link.js';
import { silentLog } from '../../../../core/log.js';
import type { Call } from '../../../../core/parameter.js';
import { parseResource } from '../../../../core/wire/visa-resource.js';
import type { ModbusClient, ModbusRequests } from '../../../../managers/links/modbus/modbus-client.js';
import { createModbusRoad } from '../../../../managers/links/modbus/modbus.road.js';
import type { RegisterRoad } from '../../../../managers/links/road.js';
import { fakeClock, type FakeClock } from '../../fake-station.js';
import { inFakeTime, outcomeOf } from '../in-fake-time.js';

const TCP = 'MODBUS-TCP::gateway::1';
const RTU = 'MODBUS-RTU::/dev/ttyUSB0::1';

/** What a client of `modbus-serial` throws for an exception of the station. */
const exception = (code: number): Error => Object.assign(new Error('Modbus exception'), { modbusCode: code });

type Answer = (request: string) => unknown;

/** A client that writes down what is asked of it: unit, function, arguments. */
class PlayedClient implements ModbusClient {
  readonly asked: string[] = [];
  isClosed = false;
  lose: (reason: string) => void = () => undefined;
  readonly #answer: Answer;
  #unit = 0;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  readonly #ask =
    <T>(name: string) =>
    (...values: readonly unknown[]): Promise<T> => {
      const request = `${this.#unit} ${name} ${JSON.stringify(values)}`;
      this.asked.push(request);
      // A test answers as the function that was asked does.
      return Promise.resolve().then(() => this.#answer(request) as T);
    };

  readonly requests: ModbusRequests = {
    setID: (unit) => (this.#unit = unit),
    setTimeout: () => undefined,
    readCoils: this.#ask('readCoils'),
    readDiscreteInputs: this.#ask('readDiscreteInputs'),
    readHoldingRegisters: this.#ask('readHoldingRegisters'),
    readInputRegisters: this.#ask('readInputRegisters'),
    writeCoil: this.#ask('writeCoil'),
    writeCoils: this.#ask('writeCoils'),
    writeRegister: this.#ask('writeRegister'),
    writeRegisters: this.#ask('writeRegisters'),
  };

  readonly onLost = (listener: (reason: string) => void): void => {
    this.lose = listener;
  };

  readonly close = (): Promise<void> => {
    this.isClosed = true;
    return Promise.resolve();
  };
}

const never = new Promise(() => undefined);

describe('ModbusRoad', () => {
  let clock: FakeClock;
  let clients: PlayedClient[];
  let answer: Answer;
  let kind: ReturnType<typeof createModbusRoad>;
  let context: LinksContext;

  const call = (ms = 1_000): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + ms });
  const done = <T>(work: Promise<T>): Promise<T> => inFakeTime(clock, work);
  const outcome = (work: Promise<unknown>): Promise<string> => done(outcomeOf(work));
  const open = (resource = TCP, settings: LinkSettings = {}): Promise<RegisterRoad> =>
    done(kind.open(parseResource(resource), settings, context, call()));
  const client = (index = -1): PlayedClient => clients.at(index) ?? new PlayedClient(() => undefined);
  const read = (road: RegisterRoad, ms?: number): Promise<string> =>
    outcome(road.readRegisters('holding', 5, 1, call(ms)));

  beforeEach(() => {
    clock = fakeClock();
    clients = [];
    answer = () => ({ data: [7] });
    kind = createModbusRoad(() => {
      const played = new PlayedClient((request) => answer(request));
      clients.push(played);
      return Promise.resolve(played);
    });
    context = { clock, random: () => 0.5, log: silentLog, boards: {}, claim: () => () => undefined };
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('reads each kind by its function, from its unit', async () => {
    const road = await open('MODBUS-TCP::gateway::9');
    await done(road.readRegisters('holding', 1, 2, call()));
    await done(road.readRegisters('input', 3, 4, call()));
    await done(road.readBits('coil', 5, 6, call()));
    await done(road.readBits('discrete', 7, 8, call()));
    expect(client().asked).to.deep.equal([
      '9 readHoldingRegisters [1,2]',
      '9 readInputRegisters [3,4]',
      '9 readCoils [5,6]',
      '9 readDiscreteInputs [7,8]',
    ]);
  });

  it('gives as many bits as were asked for, though they come by the byte', async () => {
    answer = () => ({ data: [true, false, true, false, false, false, false, false] });
    const road = await open();
    expect(await done(road.readBits('coil', 0, 3, call()))).to.deep.equal([true, false, true]);
  });

  it('writes one value by the function for one, several by the function for several', async () => {
    answer = () => ({ address: 5 });
    const road = await open();
    await done(road.writeRegisters(5, [1], call()));
    await done(road.writeRegisters(5, [1, 2], call()));
    await done(road.writeBits(5, [true], call()));
    await done(road.writeBits(5, [true, false], call()));
    expect(client().asked).to.deep.equal([
      '1 writeRegister [5,1]',
      '1 writeRegisters [5,[1,2]]',
      '1 writeCoil [5,true]',
      '1 writeCoils [5,[true,false]]',
    ]);
  });

  it('writes one value as several where the station does not know the function for one', async () => {
    answer = (request) => {
      if (request.includes('writeRegister ')) throw exception(1);
      return { address: 5 };
    };
    const road = await open();
    expect(await outcome(road.writeRegisters(5, [1], call()))).to.equal('done: undefined');
    expect(client().asked.at(-1)).to.equal('1 writeRegisters [5,[1]]');
  });

  it('writes nothing more when the station refuses a function after its caller has given up', async () => {
    const [road, other] = [await open('MODBUS-TCP::gateway::1'), await open('MODBUS-TCP::gateway::2')];
    let refuse: (reason: Error) => void = () => undefined;
    answer = () => new Promise((_resolve, reject) => (refuse = reject));
    const controller = new AbortController();
    const writing = outcomeOf(road.writeRegisters(5, [1], { ...call(), signal: controller.signal }));
    await clock.pass(10);
    controller.abort(new HardwareError('ABORTED', 'made safe'));
    expect(await writing).to.equal('ABORTED made safe');
    answer = () => ({ data: [7] });
    await read(other);
    refuse(exception(1));
    await clock.pass(10);
    expect(client().asked).to.deep.equal(['1 writeRegister [5,1]', '2 readHoldingRegisters [5,1]']);
  });

  it('asks nothing for a call that is aborted already', async () => {
    const road = await open();
    const signal = AbortSignal.abort(new HardwareError('ABORTED', 'too late'));
    expect(await outcome(road.readRegisters('holding', 5, 1, { ...call(), signal }))).to.equal('ABORTED too late');
    expect(client().asked).to.be.empty;
  });

  it('takes no confirmation of a write that was elsewhere', async () => {
    answer = () => ({ address: 6 });
    const road = await open();
    expect(await outcome(road.writeRegisters(5, [1], call()))).to.equal(
      'BAD_MESSAGE the station says that it wrote at 6, not at 5',
    );
  });

  for (const [what, ask] of [
    ['no registers at all', (road: RegisterRoad) => road.readRegisters('input', 0, 0, call())],
    ['126 registers', (road: RegisterRoad) => road.readRegisters('holding', 0, 126, call())],
    ['124 registers to write', (road: RegisterRoad) => road.writeRegisters(0, Array<number>(124).fill(0), call())],
    ['2001 bits', (road: RegisterRoad) => road.readBits('coil', 0, 2_001, call())],
    ['1969 bits to write', (road: RegisterRoad) => road.writeBits(0, Array<boolean>(1_969).fill(true), call())],
    ['registers beyond the last', (road: RegisterRoad) => road.readRegisters('input', 65_535, 2, call())],
    ['a register below the first', (road: RegisterRoad) => road.readRegisters('input', -1, 1, call())],
    ['a number of more than 16 bits', (road: RegisterRoad) => road.writeRegisters(0, [65_536], call())],
    ['half a number', (road: RegisterRoad) => road.writeRegisters(0, [0.5], call())],
  ] as const) {
    it(`refuses ${what} before the station sees it`, async () => {
      const road = await open();
      expect(await outcome(Promise.resolve(road).then<unknown>(ask))).to.match(/^BAD_ARGUMENT/);
      expect(client().asked).to.be.empty;
    });
  }

  it('says in words what a station refuses, and goes on', async () => {
    const road = await open();
    answer = () => {
      throw exception(2);
    };
    expect(await read(road)).to.match(/^DEVICE_FAULT unit 1 on MODBUS-TCP::gateway::502 refused with exception 2, /);
    answer = () => ({ data: [7] });
    expect(await read(road)).to.equal('done: 7');
    expect(clients).to.have.length(1);
  });

  it('shares one connection between the units of a bus, and closes it with the last', async () => {
    const [one, other] = [await open('MODBUS-TCP::gateway::1'), await open('MODBUS-TCP::gateway::2')];
    expect([clients.length, one.bus === other.bus]).to.deep.equal([1, true]);
    await read(one);
    await read(other);
    expect(client().asked.map((request) => request[0])).to.deep.equal(['1', '2']);
    await done(one.close());
    expect(client().isClosed).to.equal(false);
    await done(other.close());
    expect(client().isClosed).to.equal(true);
  });

  it('does not wait longer than its caller for a station that is silent', async () => {
    const road = await open();
    answer = () => never;
    const startedAt = clock.monotonic();
    expect(await read(road, 300)).to.match(/^TIMEOUT MODBUS-TCP::gateway::502 did not answer in time/);
    expect(clock.monotonic() - startedAt).to.be.within(300, 310);
  });

  it('ends at once with the reason when it is aborted', async () => {
    const road = await open();
    answer = () => never;
    const controller = new AbortController();
    const reading = outcomeOf(road.readRegisters('holding', 5, 1, { signal: controller.signal, deadline: Infinity }));
    await clock.pass(10);
    controller.abort(new HardwareError('STOPPING', 'the end'));
    expect(await done(reading)).to.equal('STOPPING the end');
  });

  it('listens to a line after a request that was given up, then opens it anew: no late answer comes through', async () => {
    const road = await open(RTU, { timeoutMs: 500 });
    answer = () => never;
    await read(road, 300);
    const startedAt = clock.monotonic();
    expect(await outcome(road.clear(call(5_000)))).to.equal('done: clear');
    expect(clock.monotonic() - startedAt).to.be.at.least(500);
    expect([clients.length, client(0).isClosed, client(1).isClosed]).to.deep.equal([2, true, false]);
    answer = () => ({ data: [8] });
    expect(await read(road)).to.equal('done: 8');
    expect(client(1).asked).to.have.length(1);
  });

  it('goes on at once over TCP, where answers have numbers, and connects anew before these come again', async () => {
    const road = await open();
    answer = () => never;
    await read(road, 100);
    expect(await outcome(road.clear(call()))).to.equal('done: clear');
    answer = () => ({ data: [8] });
    for (let count = 0; count < 199; count += 1) await road.readRegisters('holding', 5, 1, call());
    expect(clients).to.have.length(1);
    await road.readRegisters('holding', 5, 1, call());
    expect([clients.length, client(0).isClosed]).to.deep.equal([2, true]);
  });

  it('is lost with the connection, in the middle of a request, for all units and once', async () => {
    const roads = [await open('MODBUS-TCP::gateway::1'), await open('MODBUS-TCP::gateway::2')];
    const lost: Problem[] = [];
    for (const road of roads) road.lost.subscribe((reason) => lost.push(reason));
    answer = () => never;
    const reading = read(roads[0] ?? (await open()), 900);
    await clock.pass(10);
    client().lose('reset by peer');
    expect(await reading).to.equal('DISCONNECTED MODBUS-TCP::gateway::502 is gone: reset by peer');
    expect(lost.map(({ code }) => code)).to.deep.equal(['DISCONNECTED', 'DISCONNECTED']);
    answer = () => ({ data: [9] });
    expect(await read(await open())).to.equal('done: 9');
    expect(clients).to.have.length(2);
  });

  for (const [message, code] of [
    ['Timed out', 'TIMEOUT'],
    ['Port Not Open', 'DISCONNECTED'],
  ] as const) {
    it(`knows "${message}" for ${code}, though the client throws what is no Error`, async () => {
      const road = await open();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as modbus-serial does
      answer = () => Promise.reject({ name: 'TransactionTimedOutError', message });
      expect(await read(road)).to.match(new RegExp(`^${code} unit 1 on MODBUS-TCP::gateway::502 `));
    });
  }

  it('does not take what is no answer for one', async () => {
    const road = await open();
    answer = () => {
      throw Object.assign(new Error('Data length error, expected 7 got 5'), { name: 'Error' });
    };
    expect(await read(road)).to.match(
      /^BAD_MESSAGE unit 1 .* sent what is no answer to the request: Data length error/,
    );
  });
});
