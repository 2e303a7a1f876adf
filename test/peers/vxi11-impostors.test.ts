import { expect } from 'chai';
import type { Problem } from '../../core/errors.js';
import type { Link, LinkSettings } from '../../core/link.js';
import { encodeReply, type RpcCall } from '../../core/wire/onc-rpc.js';
import { encodeRecord } from '../../core/wire/rpc-record.js';
import { vxi11 } from '../../core/wire/vxi11.js';
import { encodeXdr } from '../../core/wire/xdr.js';
import { createLinks } from '../../managers/links/registry.js';
import { systemClock } from '../../station/system-clock.js';
import { callWithin, failureOf, linkContext } from './link-context.js';
import { linkFor, reply, RpcImpostor, takes, type Say } from './rpc-impostor.js';

const words = (...numbers: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => bytes.writeUInt32BE(number, 4 * index));
  return bytes;
};
const END = 4;
const answer = (text: string, reason = END): Uint8Array =>
  encodeXdr(vxi11.read.result, { error: 0, reason, data: Buffer.from(text, 'latin1') });

describe('our VXI-11 link, to what only says that it is an instrument', () => {
  let impostor: RpcImpostor | undefined;
  const open: Link[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((link) => link.close()));
    await impostor?.stop();
  });
  const connect = async (say: Say, settings: LinkSettings = {}): Promise<Link> => {
    impostor = await new RpcImpostor(say).start();
    const link = await createLinks(linkContext()).open(
      `TCPIP::127.0.0.1,${impostor.port}::INSTR`,
      settings,
      callWithin(),
    );
    open.push(link);
    return link;
  };
  /** Takes links and writes; gives this to a read. */
  const reading = (toRead: (call: RpcCall) => Uint8Array | undefined): Say => {
    return (asked) => {
      if (asked.procedure === vxi11.read.number) return toRead(asked);
      return linkFor(asked) ?? takes(asked);
    };
  };
  const failureToRead = async (
    toRead: (call: RpcCall) => Uint8Array | undefined,
    timeoutMs: number,
  ): Promise<Problem> =>
    failureOf((await connect(reading(toRead), { timeoutMs })).query('*IDN?', callWithin(timeoutMs + 1_000)));

  const record = (message: Uint8Array): Uint8Array => encodeRecord(message);
  const cases: readonly {
    readonly name: string;
    readonly toRead: (call: RpcCall) => Uint8Array | undefined;
    readonly code: string;
    readonly says: RegExp;
  }[] = [
    {
      name: 'an answer that says it has 4 GiB',
      toRead: ({ xid }) => reply(xid, words(0, END, 0xffff_ffff, 0)),
      code: 'DEVICE_FAULT',
      says: /cannot be read/,
    },
    {
      name: 'an answer that ends in the middle of a word',
      toRead: ({ xid }) => reply(xid, words(0, END).subarray(0, 6)),
      code: 'DEVICE_FAULT',
      says: /cannot be read/,
    },
    {
      name: 'an answer to an earlier call',
      toRead: ({ xid }) => reply(xid - 1, answer('foreign\n')),
      code: 'TIMEOUT',
      says: /did not answer "\*IDN\?" in time/,
    },
    {
      name: 'an answer to a call that was never made',
      toRead: ({ xid }) => reply(xid + 1, answer('foreign\n')),
      code: 'DISCONNECTED',
      says: /answered a call that was not made/,
    },
    {
      name: 'a record of 2 GiB',
      toRead: () => Buffer.concat([words(0xffff_ffff), Buffer.alloc(4 << 20)]),
      code: 'DISCONNECTED',
      says: /an RPC record of 2147483647 bytes or more, at most 1048576/,
    },
    {
      name: 'fragments without end',
      toRead: () => Buffer.concat(Array.from({ length: 5_000 }, () => words(4, 0))),
      code: 'DISCONNECTED',
      says: /more than 4096 fragments/,
    },
    {
      name: 'words that are no RPC',
      toRead: () => Buffer.from('HTTP/1.1 200 OK\r\n\r\n'),
      code: 'DISCONNECTED',
      says: /an RPC record of 1213486160 bytes/,
    },
    {
      name: 'a call instead of a reply',
      toRead: ({ xid }) => record(words(xid, 0, 2, 395_183, 1, 12, 0, 0, 0, 0)),
      code: 'DISCONNECTED',
      says: /no reply/,
    },
    {
      name: 'a refusal for want of credentials',
      toRead: ({ xid }) => record(encodeReply({ xid, outcome: { type: 'authenticationRefused', status: 1 } })),
      code: 'DEVICE_FAULT',
      says: /wants to know who calls/,
    },
    {
      name: 'a refusal of the procedure',
      toRead: ({ xid }) => record(encodeReply({ xid, outcome: { type: 'procedureUnavailable' } })),
      code: 'BAD_COMMAND',
      says: /has no such procedure/,
    },
    {
      name: 'an error that VXI-11 does not have',
      toRead: ({ xid }) => reply(xid, encodeXdr(vxi11.read.result, { error: 77, reason: 0, data: new Uint8Array(0) })),
      code: 'DEVICE_FAULT',
      says: /an error number that VXI-11 does not have \(VXI-11 error 77\)/,
    },
    {
      name: 'answers of nothing without end',
      toRead: ({ xid }) => reply(xid, answer('', 0)),
      code: 'TIMEOUT',
      says: /in time/,
    },
    {
      name: 'an answer without end',
      toRead: ({ xid }) => reply(xid, answer('x'.repeat(65_536), 0)),
      code: 'TOO_LARGE',
      says: /more than \d+ bytes in one answer/,
    },
  ];
  for (const { name, toRead, code, says } of cases) {
    it(`says so of ${name}`, async () => {
      const failure = await failureToRead(toRead, code === 'TOO_LARGE' ? 10_000 : 300);
      expect(failure.message).to.match(says);
      expect(failure.code).to.equal(code);
    });
  }

  it('puts together what comes byte by byte, and in fragments of one byte', async () => {
    const inFragments = (whole: Uint8Array): Uint8Array => {
      const message = whole.subarray(4);
      return Buffer.concat(
        Array.from(message, (byte, index) =>
          Buffer.concat([words(index + 1 === message.length ? 0x8000_0001 : 1), Buffer.of(byte)]),
        ),
      );
    };
    const say: Say = (asked, socket) => {
      if (asked.procedure !== vxi11.read.number) return linkFor(asked) ?? takes(asked);
      const bytes = [...inFragments(reply(asked.xid, answer('in pieces\n')))];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(Buffer.of(byte), () => setImmediate(next));
      };
      next();
      return undefined;
    };
    expect(await (await connect(say)).query('*IDN?', callWithin(5_000))).to.equal('in pieces');
  });

  it('does not take a write of nothing for one of something', async () => {
    const say: Say = (asked) =>
      linkFor(asked) ?? reply(asked.xid, encodeXdr(vxi11.write.result, { error: 0, size: 0 }));
    const failure = await failureOf((await connect(say)).write('VOLT 1', callWithin()));
    expect(failure).to.include({ code: 'DEVICE_FAULT' });
    expect(failure.message).to.include('it took nothing of the');
  });

  it('sends no longer pieces than the least that there is, whatever the instrument says', async () => {
    const lengths: number[] = [];
    const say: Say = (asked) => {
      if (asked.procedure === vxi11.createLink.number) return reply(asked.xid, words(0, 1, 0, 0));
      lengths.push(asked.args.length - 20);
      return takes(asked);
    };
    await (await connect(say)).write('x'.repeat(2_500), callWithin());
    expect(lengths).to.deep.equal([1_024, 1_024, 452]);
  });

  for (const { error, code, says } of [
    { error: 3, code: 'DISCONNECTED', says: 'no such device name' },
    { error: 9, code: 'DISCONNECTED', says: 'no more links' },
    { error: 11, code: 'LOCKED', says: 'another program has locked it' },
  ]) {
    it(`says why there is no link: error ${error}`, async () => {
      const failure = await failureOf(connect(({ xid }) => reply(xid, words(error, 0, 0, 0))));
      expect(failure.code).to.equal(code);
      expect(failure.message).to.include(says);
    });
  }

  it('gives up in its time on one that takes the connection and says nothing', async () => {
    const startedAt = systemClock.monotonic();
    const failure = await failureOf(connect(() => undefined, { openTimeoutMs: 300 }));
    expect(failure.code).to.equal('TIMEOUT');
    expect(failure.message).to.include('it gave no link to "inst0" within');
    expect(systemClock.monotonic() - startedAt).to.be.below(1_000);
  });
});
