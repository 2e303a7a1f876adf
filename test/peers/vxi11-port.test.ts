import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { encodeReply } from '../../core/wire/onc-rpc.js';
import { parseResource } from '../../core/wire/visa-resource.js';
import { encodeXdr, u32 } from '../../core/wire/xdr.js';
import { createVxi11Road } from '../../managers/links/vxi11/vxi11.road.js';
import { systemClock } from '../../station/system-clock.js';
import { callWithin, failureOf, linkContext } from './link-context.js';
import { linkFor, reply, RpcImpostor, type Say } from './rpc-impostor.js';

describe('the port of a VXI-11 instrument', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  const freePort = async (): Promise<number> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  };
  const udpAt = async (port: number, say: (xid: number) => Uint8Array | undefined): Promise<UdpSocket> => {
    const socket = createSocket('udp4');
    socket.on('message', (message, from) => {
      const bytes = say(message.readUInt32BE(0));
      if (bytes !== undefined) socket.send(bytes, from.port, from.address);
    });
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    closing.push(() => socket.close());
    return socket;
  };
  const tcpSaying = async (say: Say): Promise<number> => {
    const impostor = await new RpcImpostor(say).start();
    closing.push(() => impostor.stop());
    return impostor.port;
  };
  const mapped = (port: number): Uint8Array => encodeXdr(u32, port);
  const openVia = async (portmapperPort: number, ms = 2_000): Promise<string> => {
    const resource = parseResource('TCPIP::127.0.0.1::INSTR');
    const road = await createVxi11Road({ portmapperPort }).open(resource, {}, linkContext(), callWithin(ms));
    closing.push(() => road.close());
    return road.bus;
  };
  const failing = async (portmapperPort: number, ms?: number): Promise<string> => {
    const { code, message } = await failureOf(openVia(portmapperPort, ms));
    return `${code}: ${message}`;
  };

  it('is what the portmapper says over TCP', async () => {
    const core = await tcpSaying(linkFor);
    expect(await openVia(await tcpSaying(({ xid }) => reply(xid, mapped(core))))).to.equal(
      'TCPIP0::127.0.0.1::inst0::INSTR',
    );
  });

  it('is asked over UDP where TCP is refused', async () => {
    const core = await tcpSaying(linkFor);
    const port = await freePort();
    await udpAt(port, (xid) => encodeReply({ xid, outcome: { type: 'success', results: mapped(core) } }));
    expect(await openVia(port)).to.equal('TCPIP0::127.0.0.1::inst0::INSTR');
  });

  it('is asked over UDP where nonsense comes over TCP; nonsense and foreign answers over UDP are left alone', async () => {
    const core = await tcpSaying(linkFor);
    const port = await tcpSaying(() => Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    let asked = 0;
    await udpAt(port, (xid) => {
      asked += 1;
      if (asked === 1) return Buffer.from('nonsense');
      if (asked === 2) return encodeReply({ xid: xid + 1, outcome: { type: 'success', results: mapped(1) } });
      return encodeReply({ xid, outcome: { type: 'success', results: mapped(core) } });
    });
    expect(await openVia(port, 4_000)).to.equal('TCPIP0::127.0.0.1::inst0::INSTR');
    expect(asked).to.equal(3);
  });

  it('is nowhere where there is no portmapper, and the message says what else there is', async () => {
    const startedAt = systemClock.monotonic();
    const message = await failing(await freePort());
    expect(message).to.match(/^DISCONNECTED: no portmapper answers at 127\.0\.0\.1 \(.*ECONNREFUSED.*\)/);
    expect(message).to.include('TCPIP::127.0.0.1,PORT::inst0::INSTR');
    expect(systemClock.monotonic() - startedAt).to.be.below(1_000);
  });

  it('is nowhere where the portmapper says nothing; both ways have had half of the time', async () => {
    const port = await tcpSaying(() => undefined);
    await udpAt(port, () => undefined);
    const startedAt = systemClock.monotonic();
    expect(await failing(port, 600)).to.match(/^DISCONNECTED: no portmapper answers at 127\.0\.0\.1 \(/);
    expect(systemClock.monotonic() - startedAt).to.be.within(500, 1_200);
  });

  for (const port of [0, 65_536, 0xffff_ffff]) {
    it(`is none that is ${port}`, async () => {
      const message = await failing(await tcpSaying(({ xid }) => reply(xid, mapped(port))));
      expect(message).to.equal('DISCONNECTED: 127.0.0.1 does not serve VXI-11: is it switched on in its LAN settings?');
    });
  }

  it('is a wrong one where nobody listens', async () => {
    const wrong = await freePort();
    const message = await failing(await tcpSaying(({ xid }) => reply(xid, mapped(wrong))));
    expect(message).to.match(new RegExp(`^DISCONNECTED: 127\\.0\\.0\\.1:${wrong} cannot be reached: `));
  });

  it('is a wrong one where another program listens', async () => {
    const other: Server = createServer((socket) => socket.on('error', () => undefined).end('220 mail ready\r\n'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    closing.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    const message = await failing(await tcpSaying(({ xid }) => reply(xid, mapped(port))));
    expect(message).to.match(/^DISCONNECTED: the connection to 127\.0\.0\.1:\d+ was cut: it sent what is no reply/);
  });
});
