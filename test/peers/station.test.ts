import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Json, JsonObject } from '../../core/json-value.js';
import { ServedStation } from './served-station.js';

type Frame = JsonObject & { readonly type: string };

/** A client of the native protocol, as small as can be. */
class NativePeer {
  readonly #socket: WebSocket;
  readonly frames: Frame[] = [];

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (bytes: Buffer) => this.frames.push(JSON.parse(bytes.toString()) as Frame));
  }

  async open(): Promise<this> {
    if (this.#socket.readyState !== WebSocket.OPEN) await once(this.#socket, 'open');
    return this;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async ask(manager: string, command: string, values: JsonObject = {}): Promise<Frame> {
    const id = `${command}-${this.frames.length}`;
    this.#socket.send(JSON.stringify({ type: 'command', manager, command, arguments: values, id }));
    for (;;) {
      const found = this.frames.find(({ command: asked }) => (asked as JsonObject | undefined)?.['id'] === id);
      if (found !== undefined) return found;
      await once(this.#socket, 'message');
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}

const twoParts = (port: number | string = 0, extra = ''): string => `
station: { name: peers }
managers:
  hv: { kind: hv, driver: virtual, settlingMs: 0, measuringPeriodMs: 50 }
connectors:
  online: { kind: envelope-tcp, port: ${port}, blocks: { 1: hv/1 } }
  web: { kind: http, port: 0 }
${extra}`;

describe('busbar serve', () => {
  let directory: string;
  let config: string;
  let running: ServedStation[];
  let peers: NativePeer[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-station-'));
    config = join(directory, 'lab.yaml');
    writeFileSync(config, twoParts());
    running = [];
    peers = [];
  });

  afterEach(async () => {
    for (const peer of peers) peer.close();
    for (const station of running) await station.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  const serve = (...nodeOptions: readonly string[]): ServedStation => {
    const station = new ServedStation(config, directory, { nodeOptions });
    running.push(station);
    return station;
  };
  const connect = async (urls: Readonly<Record<string, string>>): Promise<NativePeer> => {
    const peer = new NativePeer(urls['web/native'] ?? '');
    peers.push(peer);
    return peer.open();
  };
  const audit = () =>
    readFileSync(join(directory, 'state/audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Json>);

  it('says on stdout one line: ready, the console, each listener', async () => {
    const station = serve();
    await station.ready();
    expect(station.stdout).to.match(
      /^ready http:\/\/127\.0\.0\.1:\d+\/ online=tcp:\/\/127\.0\.0\.1:\d+ web=http:\/\/\S+ web\/native=ws:\/\/\S+\n$/,
    );
  });

  it('serves at the addresses that it says', async () => {
    const peer = await connect(await serve().ready());
    expect(await peer.ask('station', 'info')).to.have.nested.property('value.name', 'peers');
  });

  it('ends on SIGTERM within 2 s, with 0, telling its clients', async () => {
    const station = serve();
    const peer = await connect(await station.ready());
    const startMs = performance.now();
    const code = await station.end('SIGTERM');
    expect([code, performance.now() - startMs < 2_000, peer.frames.at(-1)?.type]).to.deep.equal([0, true, 'goodbye']);
  });

  it('ends on Ctrl-C though a terminal and npm send it twice', async () => {
    const station = serve();
    await station.ready();
    station.process.kill('SIGINT');
    station.process.kill('SIGINT');
    expect(await station.end()).to.equal(0);
  });

  it('lists all problems of a config and ends with 1', async () => {
    writeFileSync(config, 'managers:\n  hv: { kind: hw }\nconnectors:\n  a: { kind: fax }\n');
    const station = serve();
    const code = await station.end();
    expect([code, station.stdout, station.stderr.trim().split('\n').length]).to.deep.equal([1, '', 2]);
  });

  describe('on a port that is taken', () => {
    let port: number;
    const other = createServer();

    beforeEach(async () => {
      other.listen(0, '127.0.0.1');
      await once(other, 'listening');
      ({ port } = other.address() as AddressInfo);
      writeFileSync(config, twoParts(port));
    });

    afterEach(async () => {
      if (other.listening) await new Promise((resolve) => other.close(resolve));
    });

    it('names address and reason, prints no ready line and ends with 1', async () => {
      const station = serve();
      const code = await station.end();
      expect([code, station.stdout]).to.deep.equal([1, '']);
      expect(station.stderr).to.match(new RegExp(`127\\.0\\.0\\.1:${port}.*another program has this port`));
    });
  });

  it('keeps a second station off its state directory', async () => {
    const first = serve();
    await first.ready();
    const second = serve();
    const code = await second.end();
    expect(code).to.equal(1);
    expect(second.stderr).to.include(`is in use by process ${first.process.pid}`);
  });

  it('starts again after kill -9, as often as that happens', async () => {
    for (let round = 0; round < 3; round += 1) {
      const station = serve();
      await station.ready();
      await station.end('SIGKILL');
      expect(existsSync(join(directory, 'state/lock'))).to.be.true;
    }
    await serve().ready();
  });

  it('writes down who changed what', async () => {
    const station = serve();
    const peer = await connect(await station.ready());
    await peer.ask('hv', 'makeSafe');
    await station.end('SIGTERM');
    expect(audit()[0]).to.deep.include({ manager: 'hv', command: 'makeSafe', result: 'done' });
  });

  it('goes on when nobody reads its output any more', async () => {
    const station = serve();
    const urls = await station.ready();
    station.process.stdout?.destroy();
    station.process.stderr?.destroy();
    const peer = await connect(urls);
    await peer.ask('station', 'reload');
    expect(await peer.ask('station', 'info')).to.include({ type: 'reply' });
  });

  describe('with a defect', () => {
    /** A defect that comes when it is asked for, by a signal. */
    const withDefect = (code: string): readonly string[] => [
      '--import',
      `data:text/javascript,process.on('SIGUSR2',()=>{${encodeURIComponent(code)}})`,
    ];

    it('that nobody catches makes safe what it is told to, and ends with 70', async () => {
      writeFileSync(config, twoParts().replace('name: peers', 'name: peers, safeAction: makeSafe'));
      const station = serve(...withDefect("throw new Error('boom')"));
      await station.ready();
      expect(await station.end('SIGUSR2')).to.equal(70);
      expect(station.stderr).to.match(/uncaught exception, the process ends.*boom[^]*safe action done.*"hv":"safe"/);
    });

    it('in a promise goes on, counts it and says so', async () => {
      const station = serve(...withDefect("Promise.reject(new Error('boom'))"));
      const peer = await connect(await station.ready());
      station.process.kill('SIGUSR2');
      await station.until(() => station.stderr.includes('unhandled rejection'));
      expect(await peer.ask('station', 'info')).to.include({ type: 'reply' });
    });

    it('that blocks the event loop for more than a second names the time', async () => {
      const station = serve(...withDefect('for(const end=Date.now()+1200;Date.now()<end;);'));
      await station.ready();
      await new Promise((resolve) => setTimeout(resolve, 200)); // the monitor needs one look before the stall
      station.process.kill('SIGUSR2');
      await station.until(() => station.stderr.includes('event loop stood still'));
      expect(station.stderr).to.match(/event loop stood still stalledMs=1[12]\d\d/);
    });
  });

  describe('when it reloads', () => {
    it('keeps peers of what has not changed', async () => {
      const station = serve();
      const peer = await connect(await station.ready());
      writeFileSync(config, twoParts(0, '  more: { kind: envelope-tcp, port: 0, blocks: { 1: hv/1 } }'));
      const reply = await peer.ask('station', 'reload');
      expect(reply).to.have.deep.nested.property('value.connectors', { added: ['more'], changed: [], removed: [] });
      expect(peer.isOpen).to.be.true;
    });

    it('keeps running on the old config when the new one is wrong, and says where', async () => {
      const station = serve();
      const peer = await connect(await station.ready());
      writeFileSync(config, twoParts('none'));
      const failure = await peer.ask('station', 'reload');
      expect(failure).to.have.nested.property('problem.message').that.includes(`${config}:6:`);
      expect(await peer.ask('hv', 'refresh')).to.include({ type: 'reply' });
    });

    it('does it on SIGHUP as well, and logs what is wrong', async () => {
      const station = serve();
      await station.ready();
      writeFileSync(config, 'managers: 3\n');
      station.process.kill('SIGHUP');
      await station.until(() => station.stderr.includes('config problem'));
      expect(station.stderr).to.include('managers: must be an object, not 3');
    });
  });
});
