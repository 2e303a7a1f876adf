import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { Bus } from '../../core/bus.js';
import type { Connector, Listener, PartContext } from '../../core/connector.js';
import { HardwareError } from '../../core/errors.js';
import { isJsonObject, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import { seededRandom } from '../../core/random.js';
import { connectorRegistry } from '../../connectors/registry.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';

/** Options that open every port of a kind on loopback, at ports of the test's choosing (0: any). */
const configs: Readonly<Record<string, (port: number) => JsonObject>> = {
  'envelope-tcp': (port) => ({ port, blocks: { '1': 'hv/1' } }),
  http: (port) => ({ port, channel: { blocks: { '1': 'hv/1' } } }),
  websocket: (port) => ({ port, channel: { blocks: { '1': 'hv/1' } } }),
  zeromq: (port) => ({
    publish: `tcp://127.0.0.1:${port}`,
    publishProtobuf: 'tcp://127.0.0.1:0',
    commands: 'tcp://127.0.0.1:0',
  }),
};

const GARBAGE_BYTES = 2 ** 16;

const garbage = (seed: number): Uint8Array => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: GARBAGE_BYTES }, () => Math.floor(random() * 256));
};

/** Sends bytes and hangs up; whatever the other side does with them. */
const throwAt = async (url: string, bytes: Uint8Array): Promise<void> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.end(bytes);
  await new Promise((resolve) => {
    socket.once('close', resolve);
    setTimeout(resolve, 200).unref();
  });
  socket.destroy();
};

/** Sockets and pipes of this process that are open, those of the test runner too; libzmq's are none of Node.js. */
const openHandles = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|UDP/.test(name));

/** Every option of a schema, those of nested objects too. */
const optionsIn = (schema: JsonSchema, path = ''): readonly (readonly [string, JsonSchema])[] => {
  const { properties } = schema;
  return Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, its]) =>
    isJsonObject(its) ? [[`${path}${name}`, its] as const, ...optionsIn(its, `${path}${name}.`)] : [],
  );
};

describe('every kind of connector', () => {
  it('has options here that open its ports', () => {
    expect(Object.keys(configs)).to.have.members(Object.keys(connectorRegistry));
  });

  for (const [kind, load] of Object.entries(connectorRegistry)) {
    describe(kind, () => {
      let context: PartContext;
      let log: MemoryLog;
      let started: Connector[];

      beforeEach(() => {
        log = new MemoryLog();
        started = [];
        context = {
          name: 'it',
          bus: new Bus({ clock: systemClock }),
          clock: systemClock,
          random: seededRandom(1),
          log,
          compile: createCompiler(),
        };
      });

      afterEach(async () => {
        for (const connector of started) await connector.stop();
        context.bus.complete();
      });

      const create = async (port = 0): Promise<Connector> => {
        const connector = (await load()).create(configs[kind]?.(port) ?? {}, context);
        started.push(connector);
        return connector;
      };
      const start = async (port = 0): Promise<readonly Listener[]> => await (await create(port)).start();
      const portOf = (listeners: readonly Listener[]): number => Number(new URL(listeners[0]?.url ?? '').port);

      it('describes each option, and accepts those of this test', async () => {
        const { optionsSchema } = await load();
        expect(createCompiler()(optionsSchema)(configs[kind]?.(0))).to.deep.equal([]);
        expect(createCompiler()(optionsSchema)({ ...configs[kind]?.(0), surprise: 1 })).to.not.be.empty;
        for (const [name, { description }] of optionsIn(optionsSchema)) {
          expect(description, name).to.be.a('string').with.length.above(4);
        }
      });

      it('opens nothing before it is started', async () => {
        const before = openHandles();
        await create();
        expect(openHandles()).to.deep.equal(before);
      });

      it('starts on any free port, and names it', async () => {
        const listeners = await start();
        expect(listeners).to.not.be.empty;
        for (const { name, url } of listeners) {
          expect(name).to.have.length.above(0);
          expect(Number(new URL(url).port), url).to.be.above(0);
        }
      });

      it('says which address could not be had, and keeps none', async () => {
        const port = portOf(await start());
        const second = await create(port);
        const outcome = await second.start().catch((thrown: unknown) => thrown);
        expect(outcome).to.be.instanceOf(HardwareError);
        expect(String(outcome)).to.contain(`${port}`);
        await started[0]?.stop();
        started.splice(0, 1);
        await start(port);
      });

      it('stops within a second, also with a client that says nothing, and twice, and leaves the port free', async () => {
        const connector = await create();
        const listeners = await connector.start();
        const { hostname, port } = new URL(listeners[0]?.url ?? '');
        const socket = connect({ host: hostname, port: Number(port) });
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        const startedAt = performance.now();
        await Promise.all([connector.stop(), connector.stop()]);
        await connector.stop();
        expect(performance.now() - startedAt).to.be.below(1_200);
        socket.destroy();
        await new Promise((resolve) => setTimeout(resolve, 50)); // until the sockets have said `close`
        expect(connector.peers()).to.be.empty;
        await start(Number(port));
      });

      it('can be stopped when it was never started', async () => {
        await (await create()).stop();
      });

      it('leaves nothing open behind it', async () => {
        const before = openHandles();
        const connector = await create();
        for (const { url } of await connector.start()) await throwAt(url, new Uint8Array(1));
        await connector.stop();
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(openHandles()).to.deep.equal(before);
      });

      it('survives garbage on each port, and goes on to serve', async () => {
        const listeners = await start();
        for (const [index, { url }] of listeners.entries()) {
          await throwAt(url, garbage(index));
          await throwAt(url, new Uint8Array(GARBAGE_BYTES));
          await throwAt(url, new TextEncoder().encode('{'.repeat(GARBAGE_BYTES)));
          await throwAt(url, new Uint8Array(1));
        }
        context.bus.streamOf('hv').publish({ type: 'event', event: 'online', details: {} });
        expect(log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
        for (const { url } of listeners) await throwAt(url, new Uint8Array(1));
      });
    });
  }
});
