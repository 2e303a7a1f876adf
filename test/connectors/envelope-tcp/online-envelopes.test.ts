import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeVariantMap } from '../../../core/wire/qdatastream.js';
import { cut } from '../../core/wire/arbitraries.js';
import { envelopeVector } from '../../core/wire/vectors.js';
import { START_MS } from '../../support/fake-clock.js';
import { OnlineLab } from '../../support/online-lab.js';
import { packEnvelope } from '../../support/online-client.js';

const set = { type: 'command', command_type: 'set_voltage', block: '1', voltage: 100 };
const check = { ...set, command_type: 'set_voltage_and_check', max_error: 5, timeout: 20 };
const done = { type: 'answer', answer_type: 'set_voltage', block: '1', status: 'ok' };

describe('Online over Envelopes', () => {
  let lab: OnlineLab;
  beforeEach(async () => {
    lab = new OnlineLab();
    await lab.start();
  });
  afterEach(() => lab.close());

  it('answers set_voltage after the settling time', async () => {
    const client = lab.connect();
    client.send(set);
    await lab.settle();
    await lab.clock.pass(1_999);
    await lab.settle();
    expect(client.answers).to.deep.equal([]);
    await lab.clock.pass(1);
    await lab.settle();
    expect(client.answers).to.deep.equal([done]);
  });

  it('writes an answer to the byte as dfparser does (vector A with the time of now)', async () => {
    const client = lab.connect();
    client.send(set);
    await lab.settle();
    await lab.clock.pass(2_000);
    await lab.settle();
    const expected = Buffer.from(envelopeVector('A'));
    expected.writeUInt32BE((START_MS + 2_000) % 2 ** 32, 6);
    expect(client.messages.at(-1)?.toString('hex')).to.equal(expected.toString('hex'));
  });

  it('takes what Online sends (vector O)', async () => {
    const client = lab.connect();
    client.stream.write(envelopeVector('O'));
    await lab.settle();
    await lab.clock.pass(0);
    expect(lab.newest('hv/1/voltageSetpoint')?.value).to.equal(18_000);
    expect(lab.events.at(-1)).to.deep.include({ event: 'busy' });
  });

  it('tells all clients what one has done', async () => {
    const [asker, bystander] = [lab.connect(), lab.connect()];
    asker.send({ ...check, voltage: 0 });
    await lab.settle();
    await lab.clock.pass(2_000);
    await lab.settle();
    const answer = {
      type: 'answer',
      answer_type: 'set_voltage_and_check',
      block: '1',
      status: 'ok',
      voltage: 0,
      error: 0,
    };
    expect(asker.answers).to.deep.equal([answer]);
    expect(bystander.answers).to.deep.equal([answer]);
  });

  it('tells all clients each measurement', async () => {
    const client = lab.connect();
    await lab.settle();
    client.forget();
    await lab.clock.pass(8_000);
    await lab.settle();
    const measured = { type: 'answer', answer_type: 'get_voltage', block: 1, voltage: 0 };
    expect(client.metas).to.deep.equal([measured, measured]);
  });

  it('greets nobody: Online expects nothing on connect', async () => {
    const client = lab.connect();
    await lab.settle();
    expect(client.messages).to.deep.equal([]);
  });

  it('carries out one of several commands and answers the others with busy, in one write', async () => {
    const client = lab.connect();
    client.stream.write(Buffer.concat(Array.from({ length: 4 }, () => packEnvelope(JSON.stringify(set)))));
    await lab.settle();
    expect(client.codes).to.deep.equal([8, 8, 8]);
    expect(client.chunks).to.have.lengthOf(1);
  });

  it('puts the time of each answer into its header, also when the words are the same', async () => {
    const client = lab.connect();
    client.send(set);
    for (const passedMs of [0, 5]) {
      await lab.clock.pass(passedMs);
      client.send(set);
      await lab.settle();
    }
    const times = client.messages.map((message) => message.readUInt32BE(6));
    expect(times).to.deep.equal([START_MS % 2 ** 32, (START_MS + 5) % 2 ** 32]);
  });

  it('says that a command is wrong also while another one runs', async () => {
    const client = lab.connect();
    client.send(set);
    client.send({ ...set, block: 2 });
    await lab.settle();
    expect(client.codes).to.deep.equal([9]);
  });

  it('shows the answer to a command that came by another connector', async () => {
    const client = lab.connect();
    lab.send({ manager: 'hv', command: 'setVoltage', channel: 1, arguments: { voltage: 5 } });
    await lab.clock.pass(2_000);
    await lab.settle();
    expect(client.answers).to.deep.equal([done]);
  });

  it('carries out the command of a client that has gone, and tells the others', async () => {
    const [asker, bystander] = [lab.connect(), lab.connect()];
    asker.send(set);
    await lab.settle();
    await lab.cutOff(asker);
    await lab.clock.pass(2_000);
    await lab.settle();
    expect(bystander.answers).to.deep.equal([done]);
  });

  it('answers a client that has ended its sending side', async () => {
    const client = lab.connect();
    client.stream.end(packEnvelope(JSON.stringify(set)));
    await lab.settle();
    await lab.clock.pass(2_000);
    await lab.settle();
    expect(client.answers).to.deep.equal([done]);
    expect(lab.envelopes.peers()).to.have.lengthOf(1);
  });

  it('lets a client go when its stream closes', async () => {
    const client = lab.connect();
    lab.connect();
    await lab.cutOff(client);
    expect(lab.envelopes.peers().map(({ peer }) => peer)).to.deep.equal(['peer 2']);
  });

  for (const [what, bytes] of [
    ['bytes that are no Envelope', Buffer.from('junk')],
    ['meta that is no JSON', packEnvelope('{"type": "command",}')],
    ['a number beyond the doubles', packEnvelope('{"voltage": 1e999}')],
    ['a header of another type', Buffer.from(packEnvelope('{}').fill(9, 2, 3))],
    ['meta of 4 GiB', Buffer.from(packEnvelope('{}').fill(255, 14, 18))],
    ['data of 4 GiB', Buffer.from(packEnvelope('{}').fill(255, 22, 26))],
  ] as const) {
    it(`answers ${what} with error 4 to its sender alone, and goes on`, async () => {
      const [client, bystander] = [lab.connect(), lab.connect()];
      client.stream.write(bytes);
      client.send({ ...set, block: 2 });
      await lab.settle();
      expect(client.codes).to.deep.equal([4, 9]);
      expect(bystander.codes).to.deep.equal([9]);
    });
  }

  it('ends the connection of a web page that posts an Envelope, and does not carry it out', async () => {
    const client = lab.connect();
    await lab.settle();
    client.forget();
    client.stream.write(Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    client.send(set);
    await lab.settle();
    await lab.clock.pass(3_000);
    await lab.settle();
    expect(client.answers.map((meta) => [meta['error_code'], meta['description']])).to.deep.equal([
      [4, 'this port speaks Envelopes, not HTTP'],
    ]);
    expect(client.isEnded).to.equal(true);
    expect(lab.newest('hv/1/voltageSetpoint')?.value).not.to.equal(100);
  });

  it('takes an Envelope in the data of another for data', async () => {
    const client = lab.connect();
    client.stream.write(packEnvelope(JSON.stringify({ ...set, block: 7 }), packEnvelope(JSON.stringify(set))));
    await lab.settle();
    expect(client.codes).to.deep.equal([9]);
  });

  it('ignores data, compressed ones too', async () => {
    const client = lab.connect();
    client.stream.write(
      packEnvelope(JSON.stringify({ ...set, compression: 'zlib' }), deflateSync(Buffer.alloc(5_000))),
    );
    await lab.settle();
    await lab.clock.pass(2_000);
    await lab.settle();
    expect(client.answers).to.deep.equal([done]);
  });

  it('takes a command as QDataStream and answers in JSON', async () => {
    const meta = Buffer.concat([encodeVariantMap({ ...set, block: '9' }), Buffer.from('\r\n')]);
    const message = packEnvelope(meta.toString('latin1'));
    const client = lab.connect();
    const header = message.subarray(0, 30);
    header.writeUInt32BE(0x00010007, 10);
    header.writeUInt32BE(meta.length, 14);
    client.stream.write(Buffer.concat([header, meta]));
    await lab.settle();
    expect(client.metas).to.have.nested.property('[0].description', "'9' is not one of [1, '1']");
  });

  it('answers a DF02 command in the form that Online reads (vector D)', async () => {
    const client = lab.connect();
    client.stream.write(envelopeVector('D'));
    await lab.settle();
    expect(client.codes).to.deep.equal([9]); // and the client takes none but #!
  });

  it('understands the same however the bytes arrive', async () => {
    const bytes = Buffer.concat([
      packEnvelope('{}'),
      Buffer.from('junk'),
      packEnvelope('[1]', packEnvelope('{}')),
      packEnvelope('nonsense'),
      packEnvelope(JSON.stringify({ ...set, voltage: 'x' })),
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(60), { maxLength: 12 }), async (lengths) => {
        const client = lab.connect();
        for (const piece of cut(bytes, lengths)) if (piece.length > 0) client.stream.write(piece);
        await lab.settle();
        const descriptions = client.metas.map((meta) => meta['description']);
        await lab.cutOff(client);
        expect(descriptions).to.have.lengthOf(5);
        expect(descriptions[2]).to.equal("[1] is not of type 'object'");
        expect(descriptions[4]).to.equal("'x' is not of type 'number'");
      }),
      { numRuns: 25 },
    );
  });

  it('understands a command that arrives byte by byte', async () => {
    const client = lab.connect();
    for (const byte of packEnvelope('{}')) client.stream.write(Uint8Array.of(byte));
    await lab.settle();
    expect(client.codes).to.deep.equal([9]);
  });

  it('tells once that the rack has gone', async () => {
    const client = lab.connect();
    await lab.rack.stop();
    lab.bus.streamOf('hv').publish({ type: 'event', event: 'offline', details: { reason: 'the link was closed' } });
    await lab.settle();
    expect(client.answers).to.have.lengthOf(1);
    expect(client.answers[0]).to.include({ error_code: 5, description: 'hv is offline: the link was closed' });
  });

  it('reports its clients with what they sent and got', async () => {
    const client = lab.connect();
    client.send({});
    client.send({});
    await lab.settle();
    expect(lab.envelopes.peers()).to.deep.equal([
      {
        connector: 'online',
        peer: 'peer 1',
        dialect: 'online',
        sinceMs: START_MS,
        received: 2,
        sent: 2,
        conflated: 0,
        waitingBytes: 0,
        isBehind: false,
      },
    ]);
  });
});

describe('Online over Envelopes, as configured', () => {
  let lab: OnlineLab;
  const withOptions = async (options: ConstructorParameters<typeof OnlineLab>[0]): Promise<OnlineLab> => {
    lab = new OnlineLab(options);
    await lab.start();
    return lab;
  };
  afterEach(() => lab.close());

  it('tells an error to its originator alone', async () => {
    await withOptions({ errors: 'originator' });
    const [client, bystander] = [lab.connect(), lab.connect()];
    client.send({});
    client.send(set);
    client.send(set);
    await lab.settle();
    expect(client.codes).to.deep.equal([9, 8]);
    expect(bystander.codes).to.deep.equal([]);
  });

  it('tells an answer to the asker while it is there, else to everyone', async () => {
    await withOptions({ answers: 'asker-else-everyone' });
    const [client, bystander] = [lab.connect(), lab.connect()];
    client.send(set);
    await lab.settle();
    await lab.clock.pass(2_000);
    await lab.settle();
    expect([client.answers.length, bystander.answers.length]).to.deep.equal([1, 0]);
  });

  it('tells everyone when the asker has gone', async () => {
    await withOptions({ answers: 'asker-else-everyone' });
    const [client, bystander] = [lab.connect(), lab.connect()];
    client.send(set);
    await lab.settle();
    await lab.cutOff(client);
    await lab.clock.pass(2_000);
    await lab.settle();
    expect(bystander.answers).to.deep.equal([done]);
  });

  it('writes meta as QDataStream', async () => {
    await withOptions({ meta: 'qdatastream' });
    const client = lab.connect();
    const written: Buffer[] = [];
    client.stream.removeAllListeners('data').on('data', (chunk: Buffer) => written.push(chunk));
    client.send({});
    await lab.settle();
    const bytes = Buffer.concat(written);
    expect(bytes.readUInt32BE(10)).to.equal(0x00010007);
    expect(bytes.subarray(30, 34).toString('hex')).to.equal('00000005'); // entries of the map
  });

  it('refuses more meta than the config allows', async () => {
    await withOptions({ maxMetaBytes: 256 });
    const client = lab.connect();
    client.stream.write(packEnvelope(`{"a": "${'x'.repeat(300)}"}`));
    await lab.settle();
    expect(client.metas[0]).to.include({ error_code: 4 });
    expect(client.metas[0]?.['description']).to.include('256');
  });
});
