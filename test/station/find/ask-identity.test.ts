import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { HardwareError } from '../../../core/errors.js';
import { seededRandom } from '../../../core/random.js';
import { parseResource } from '../../../core/wire/visa-resource.js';
import type { OpenTcpStream } from '../../../managers/links/tcp-stream.js';
import { createAskIdentity } from '../../../station/find/ask-identity.js';
import type { Trial } from '../../../station/find/trial.js';
import { inFakeTime } from '../../managers/links/in-fake-time.js';
import { FakeClock } from '../../support/fake-clock.js';
import { identify, ScriptedInstrument } from '../../simulators/servers/scripted-instrument.js';
import { CORE_PORT, Vxi11InMemory } from '../../simulators/servers/vxi11/vxi11-in-memory.js';

const IDENTITY = 'ACME,X-1,42,1.0';
const LIMIT_MS = 1_000;

describe('asking who is there', () => {
  let clock: FakeClock;
  const streams: Duplex[] = [];
  /** What was written to the one who is asked. */
  let heard: string;
  beforeEach(() => {
    clock = new FakeClock();
    heard = '';
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.destroy();
    const { pending } = clock;
    clock.uninstall();
    expect(pending).to.equal(0);
  });

  /** Somebody who takes a connection, and does `says` when it is asked. */
  const somebody =
    (says: (theirs: Duplex) => void, greeting = ''): OpenTcpStream =>
    () => {
      const [ours, theirs] = duplexPair();
      streams.push(ours, theirs);
      for (const stream of [ours, theirs]) stream.on('error', () => undefined);
      ours.once('close', () => theirs.destroy());
      if (greeting !== '') theirs.write(greeting);
      theirs.on('data', (bytes: Buffer) => {
        heard += bytes.toString('latin1');
        if (heard.endsWith('\n')) says(theirs);
      });
      return Promise.resolve(ours);
    };
  const refusing: OpenTcpStream = (host, port) =>
    Promise.reject(new HardwareError('DISCONNECTED', `${host}:${port} cannot be reached: ECONNREFUSED`));
  const mute: OpenTcpStream = (host, port, _clock, { deadline }) =>
    new Promise((_resolve, reject) => {
      clock.after(deadline - clock.monotonic(), () => {
        reject(new HardwareError('TIMEOUT', `${host}:${port} took no connection in time`));
      });
    });

  const ask = (
    resource: string,
    openTcp: OpenTcpStream,
    signal = new AbortController().signal,
    more: { readonly portmapperPort?: number } = {},
  ): Promise<Trial> => {
    const askUdp = () => Promise.reject(new HardwareError('DISCONNECTED', 'ECONNREFUSED'));
    const options = { clock, random: seededRandom(1), limitMs: LIMIT_MS, openTcp, askUdp, ...more };
    return inFakeTime(clock, createAskIdentity(options)({ resource: parseResource(resource) }, signal));
  };
  const socket = 'TCPIP::10.0.0.5::5025::SOCKET';

  it('writes *IDN? and nothing else to a socket', async () => {
    const trial = await ask(
      socket,
      somebody((theirs) => theirs.write(`${IDENTITY}\r\n`)),
    );
    expect(trial).to.include({ type: 'answered', answer: IDENTITY });
    expect(heard).to.equal('*IDN?\n');
  });

  it('takes no greeting and no echo for an identity', async () => {
    const chatty = somebody((theirs) => theirs.write(`*IDN?\r\n\r\n${IDENTITY}\n`), 'Welcome to X-1\r\n');
    expect(await ask(socket, chatty)).to.include({ type: 'answered', answer: IDENTITY });
  });

  it('gives the first line of one that says nothing better', async () => {
    const page = somebody((theirs) => theirs.write('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n'));
    expect(await ask(socket, page)).to.include({ type: 'answered', answer: 'HTTP/1.1 400 Bad Request' });
  });

  it('calls silent who takes a connection and says nothing, in time', async () => {
    const startedAt = clock.monotonic();
    const trial = await ask(
      socket,
      somebody(() => undefined),
    );
    expect(trial).to.include({ type: 'silent', problem: '10.0.0.5:5025 did not answer in time' });
    expect(clock.monotonic() - startedAt).to.be.within(LIMIT_MS, LIMIT_MS + 50);
  });

  it('calls silent who hangs up', async () => {
    const trial = await ask(
      socket,
      somebody((theirs) => theirs.destroy()),
    );
    expect(trial).to.include({ type: 'silent' });
  });

  it('stops listening to one that never stops talking', async () => {
    const flood = somebody((theirs) => theirs.write(Buffer.alloc(1_000_000, 'x')));
    const trial = await ask(socket, flood);
    expect(trial.type === 'silent' && trial.problem).to.match(/sent more than 4096 bytes in one answer/);
  });

  it('is done in time with one that says a line for ever', async () => {
    const startedAt = clock.monotonic();
    const drip = somebody((theirs) => {
      const say = (): void => {
        if (!theirs.destroyed) theirs.write('21.3 C\n', () => clock.after(100, say));
      };
      say();
    });
    expect(await ask(socket, drip)).to.include({ type: 'answered', answer: '21.3 C' });
    expect(clock.monotonic() - startedAt).to.be.at.most(LIMIT_MS + 50);
    await clock.pass(200);
  });

  it('calls absent who refuses, and mute where nobody even does that', async () => {
    expect(await ask(socket, refusing)).to.include({ type: 'absent', isMute: false });
    expect(await ask(socket, mute)).to.include({ type: 'absent', isMute: true });
  });

  it('calls absent whoever is asked when the search was ended', async () => {
    expect(await ask(socket, mute, AbortSignal.abort())).to.include({ type: 'absent' });
    await clock.pass(LIMIT_MS);
  });

  for (const resource of [socket, 'TCPIP::10.0.0.5::INSTR', 'TCPIP::10.0.0.5::hislip0::INSTR']) {
    it(`comes to something in time, whatever bytes ${resource} says`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
          heard = '';
          const startedAt = clock.monotonic();
          const trial = await ask(
            resource,
            somebody((theirs) => theirs.write(bytes), bytes.length % 2 === 0 ? 'x' : ''),
          );
          expect(['answered', 'silent', 'absent']).to.include(trial.type);
          expect(clock.monotonic() - startedAt).to.be.at.most(5 * LIMIT_MS + 100);
        }),
        { numRuns: 25 },
      );
    });
  }

  describe('over VXI-11', () => {
    const instrument = (): ScriptedInstrument => new ScriptedInstrument(identify);

    it('finds the port by the portmapper, and names the instrument without it', async () => {
      const { openTcp, devices } = new Vxi11InMemory({ inst0: instrument() }, clock);
      const trial = await ask('TCPIP::10.0.0.5::INSTR', openTcp);
      expect(trial).to.include({ type: 'answered' });
      expect(trial.resource).not.to.have.property('port');
      expect(devices.names).to.deep.equal(['inst0']);
    });

    it('names its port where the portmapper is not the usual one', async () => {
      const { openTcp } = new Vxi11InMemory({ inst0: instrument() }, clock);
      const more = { portmapperPort: 111 };
      const trial = await ask('TCPIP::10.0.0.5::INSTR', openTcp, new AbortController().signal, more);
      expect(trial.resource).to.include({ port: CORE_PORT });
    });

    it('says of a gateway that it has no such device', async () => {
      const { openTcp } = new Vxi11InMemory({ 'gpib0,4': instrument() }, clock);
      const trial = await ask('TCPIP::10.0.0.5::INSTR', openTcp);
      expect(trial.type === 'silent' && trial.problem).to.match(/no link to "inst0"/);
    });

    it('calls absent a portmapper that knows nothing of it', async () => {
      const { openTcp } = new Vxi11InMemory({}, clock);
      const mapper: OpenTcpStream = (host, port, ...more) =>
        port === 111 ? openTcp(host, port, ...more) : refusing(host, port, ...more);
      expect(await ask('TCPIP::10.0.0.5::INSTR', mapper)).to.include({ type: 'absent' });
    });
  });
});
