import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { packEnvelope } from '../support/online-client.js';
import { descriptors, OnlineStation, until } from './online-station.js';
import { PythonChild } from './python/zmq-child.js';

const set = { type: 'command', command_type: 'set_voltage', block: '1', voltage: 0 };
const check = { ...set, command_type: 'set_voltage_and_check', max_error: 5, timeout: 20 };
const wrong = packEnvelope('{}');

describe('Envelope TCP', () => {
  let station: OnlineStation;
  const startStation = async (...options: ConstructorParameters<typeof OnlineStation>): Promise<void> => {
    station = await new OnlineStation(...options).start();
  };
  afterEach(() => station.stop());

  it('drives a rack through a scenario: set, check, busy, reconnect', async () => {
    await startStation();
    const online = await station.client();
    online.send(set);
    await until('the first answer', () => online.answers.length === 1);
    online.send({ ...check, voltage: 0.5 });
    online.send(check);
    await until('busy', () => online.answers.length === 2);
    expect(online.answers[1]).to.include({ error_code: 8, description: 'HV server is busy' });
    online.stream.destroy();
    const again = await station.client();
    await until('the answer to the command of before', () => again.answers.length === 1);
    expect(again.answers[0]).to.include({ answer_type: 'set_voltage_and_check', block: '1', status: 'ok' });
    await until('telemetry', () => again.metas.some((meta) => meta['answer_type'] === 'get_voltage'));
  });

  it('is understood by a Python client that was written from the description alone', async () => {
    await startStation();
    const commands = [set, check, { ...set, block: 2 }].map((meta) => JSON.stringify(meta));
    const python = new PythonChild('test/peers/python/online_client.py', [String(station.port), ...commands]);
    try {
      expect(await python.ended, python.errors).to.equal(0);
    } finally {
      await python.kill();
    }
    const metas = python.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const answers = metas.filter((meta) => meta['answer_type'] !== 'get_voltage');
    expect(answers).to.deep.equal([
      { type: 'answer', answer_type: 'set_voltage', block: '1', status: 'ok' },
      { type: 'answer', answer_type: 'set_voltage_and_check', block: '1', status: 'ok', voltage: 0, error: 0 },
      {
        type: 'reply',
        reply_type: 'error',
        error_code: 9,
        error_text_code: 'INCORRECT_MESSAGE_PARAMS',
        description: "2 is not one of [1, '1']",
      },
    ]);
  });

  it('answers a client that has ended its sending side, and lets it go when it closes', async () => {
    await startStation();
    const client = await station.client();
    client.stream.end(packEnvelope(JSON.stringify(set)));
    await until('the answer', () => client.answers.length === 1);
    expect(station.count).to.equal(1);
    client.stream.destroy();
    await until('the end of the connection', () => station.count === 0);
  });

  it('keeps nothing of 2 000 connections that end by reset', async () => {
    await startStation();
    (await station.connect()).resetAndDestroy();
    await until('the first to be gone', () => station.count === 0);
    const before = descriptors();
    for (let round = 0; round < 40; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => station.connect()));
      for (const [index, socket] of sockets.entries()) {
        // A piece is not answered, so nothing but the reset itself tells that its sender has gone.
        socket.write(index % 2 === 0 ? wrong : wrong.subarray(0, 7));
        socket.resetAndDestroy();
      }
      await until('this round to be gone', () => station.count === 0);
    }
    await until('the descriptors of before', () => descriptors() <= before);
  });

  it('survives 16 MiB of random bytes and serves others meanwhile', async () => {
    await startStation();
    const noisy = await station.connect();
    noisy.resume();
    const other = await station.client();
    for (let sent = 0; sent < 256; sent += 1) {
      const isTaken = noisy.write(randomBytes(65_536));
      if (!isTaken) await until('room to write', () => !noisy.writableNeedDrain);
      if (sent % 64 === 0) {
        other.forget();
        other.stream.write(wrong);
        await until('an answer for the other', () => other.answers.length === 1, 1_000);
      }
    }
    noisy.destroy();
    await until('the noisy one to be gone', () => station.count === 1);
    expect(station.log.messages.filter((message) => message.startsWith('error'))).to.deep.equal([]);
  });

  it('disconnects a client that never reads, for a reason, and loses no answer of the others', async () => {
    await startStation();
    const deaf = await station.connect();
    deaf.pause();
    const client = await station.client();
    const BATCH = 256;
    const batch = Buffer.concat(Array.from({ length: BATCH }, () => wrong));
    let asked = 0;
    while (station.count === 2 && asked < 200_000) {
      client.stream.write(batch);
      asked += BATCH;
      await until('the answers of this batch', () => client.answers.length === BATCH);
      client.forget();
    }
    expect(station.count).to.equal(1);
    const line = station.log.lines.find(({ message }) => message === 'disconnected, too slow');
    expect(line?.fields['reason']).to.match(/the limit is 1048576/);
  }).timeout(60_000);

  it('takes no more connections than the config allows, says so, and takes others later', async () => {
    await startStation({ maxConnections: 2 });
    const first = await station.client();
    await station.client();
    const refused = await station.client();
    await until('the refusal', () => refused.isClosed || refused.isEnded);
    expect(station.log.lines.filter(({ level }) => level === 'warn')).to.have.lengthOf(1);
    first.stream.destroy();
    await until('room', () => station.count === 1);
    await station.client();
    await until('the newcomer', () => station.count === 2);
  });

  it('gives the place of a client that has only half closed to a newcomer when it gets tight', async () => {
    await startStation({ maxConnections: 1 }, { measuringPeriodMs: 3_600_000 });
    const gone = await station.client();
    gone.stream.end();
    await until('the first', () => station.count === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const newcomer = await station.client();
    newcomer.stream.write(wrong);
    await until('an answer', () => newcomer.answers.length === 1);
  });

  it('sends what it owes before it stops, and then cuts those who stay', async () => {
    await startStation();
    const client = await station.client();
    await station.connect(); // does not close when it is asked to
    await until('both', () => station.count === 2);
    client.stream.write(wrong);
    await until('the command to arrive', () => station.connector.peers().some(({ received }) => received === 1));
    const startedAt = performance.now();
    await station.connector.stop();
    expect(performance.now() - startedAt).to.be.below(1_000);
    await until('the answer, then the end', () => client.answers.length === 1 && client.isEnded);
    await until('all to be gone', () => station.count === 0);
  });

  it('names address and reason when the port cannot be had', async () => {
    await startStation();
    const second = new OnlineStation({ port: station.port });
    const failure = await second.start().catch((thrown: unknown) => thrown);
    await second.stop();
    expect(failure)
      .to.be.instanceOf(Error)
      .with.property(
        'message',
        `cannot listen on 127.0.0.1:${station.port}: another program has this port (EADDRINUSE); stop it or choose another port`,
      );
  });
});
