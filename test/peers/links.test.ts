import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { HardwareError, toProblem, type Problem } from '../../core/errors.js';
import type { Link, Links, LinkSettings } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { createLinks } from '../../managers/links/registry.js';
import { MAX_ANSWER_BYTES } from '../../managers/links/road.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { descriptors, until } from './online-station.js';
import { counting, ScriptedInstrument, type Script } from './scripted-instrument.js';

/** One fault, then as before. */
const once =
  (fault: Script): Script =>
  (line, peer) => {
    if (!line.includes('FAULT')) counting(line, peer);
    else fault(line, peer);
  };

/** What `FAULT?` would be answered by, and what every other question here is. */
const [RIGHT, WRONG] = ['5', '666'];
const FAULT = 'FAULT?';
const QUERY = 'VOLT?';

describe('a link over a raw socket', () => {
  let instrument: ScriptedInstrument;
  let links: Links;
  let link: Link;
  let losses: Problem[];

  const call = (ms = 5_000): Call => ({
    signal: new AbortController().signal,
    deadline: systemClock.monotonic() + ms,
  });
  const open = async (settings: LinkSettings = { timeoutMs: 150 }): Promise<Link> => {
    link = await links.open(instrument.resource, settings, call());
    link.lost.subscribe((reason) => losses.push(reason));
    return link;
  };
  const failure = (work: Promise<unknown>): Promise<Problem> =>
    work.then(
      (value) => {
        throw new Error(`it was answered by ${String(value)}`);
      },
      (thrown: unknown) => {
        if (!(thrown instanceof HardwareError)) throw thrown;
        return toProblem(thrown);
      },
    );
  /** Nothing waits, and what is asked now is answered by its own answer. */
  const isUsable = async (): Promise<void> => {
    expect(await link.query(QUERY, call())).to.equal(RIGHT);
    expect(links.reports().map(({ waiting }) => waiting)).to.deep.equal([0]);
  };

  beforeEach(async () => {
    instrument = await new ScriptedInstrument().plugIn();
    const log = new MemoryLog();
    links = createLinks({ clock: systemClock, random: seededRandom(1), log, boards: {}, claim: () => () => undefined });
    losses = [];
  });
  afterEach(async () => {
    await link.close();
    await instrument.unplug();
  });

  describe('when a question is not answered', () => {
    it('names device, request, bytes both ways, time and attempt', async () => {
      instrument.script = once(() => undefined);
      await open();
      const startedAt = performance.now();
      const { code, message } = await failure(link.query(FAULT, call()));
      expect(performance.now() - startedAt).to.be.within(140, 400);
      const [, elapsed] = /, (\d+) ms/.exec(message) ?? [];
      expect(Number(elapsed)).to.be.within(140, 400);
      expect([code, message.replace(/\d+ ms/, 'N ms')]).to.deep.equal([
        'TIMEOUT',
        `${instrument.resource} did not answer "FAULT?" in time (6 bytes sent, 0 got, N ms, attempt 1); ` +
          'is it switched on, does it know the request, does it need more time (link.timeoutMs)?',
      ]);
      await isUsable();
    });

    it('counts the attempts that came to nothing in a row', async () => {
      instrument.script = once(() => undefined);
      await open();
      const texts = [];
      for (let count = 0; count < 3; count += 1) texts.push((await failure(link.query(FAULT, call()))).message);
      expect(texts.map((text) => /attempt (\d)/.exec(text)?.[1])).to.deep.equal(['1', '2', '3']);
      await isUsable();
      expect((await failure(link.query(FAULT, call()))).message).to.contain('attempt 1');
    });

    it('asks the next one on a new connection, as a late answer would go to it', async () => {
      instrument.script = once((_line, peer) => {
        setTimeout(() => peer.write(`${WRONG}\n`), 250);
      });
      await open();
      await failure(link.query(FAULT, call()));
      for (let count = 0; count < 30; count += 1) {
        expect(await link.query(QUERY, call())).to.equal(RIGHT);
        await pause(10);
      }
      expect(instrument.connections).to.have.lengthOf(2);
    });

    it('says how much of the answer has come', async () => {
      instrument.script = once((_line, peer) => {
        peer.write('+1.23');
        setTimeout(() => peer.write('4E+00\n'), 250);
      });
      await open();
      expect((await failure(link.query(FAULT, call()))).message).to.match(/6 bytes sent, 5 got.*link\.readTermination/);
      await isUsable();
      await pause(200);
      await isUsable();
    });

    it('still fetches that answer when it is asked to', async () => {
      instrument.script = once((_line, peer) => {
        peer.write('+1.23');
        setTimeout(() => peer.write('4E+00\n'), 250);
      });
      await open();
      await failure(link.query(FAULT, call()));
      await pause(200);
      expect(await link.read(call())).to.equal('+1.234E+00');
    });

    it('gives up at the deadline of the caller where that is earlier', async () => {
      instrument.script = once(() => undefined);
      await open({ timeoutMs: 10_000 });
      const startedAt = performance.now();
      expect(await failure(link.query(FAULT, call(100)))).to.include({ code: 'TIMEOUT' });
      expect(performance.now() - startedAt).to.be.below(400);
      await isUsable();
    });
  });

  describe('when the connection ends in the middle of an answer', () => {
    const ends: readonly (readonly [string, Script])[] = [
      ['closed', (_line, peer) => peer.end('+1.2')],
      ['cut', (_line, peer) => peer.write('+1.2', () => peer.destroy())],
      ['reset', (_line, peer) => peer.write('+1.2', () => peer.resetAndDestroy())],
    ];
    for (const [how, script] of ends) {
      it(`${how}: says so at once, to who asks and to who listens, and once`, async () => {
        instrument.script = once(script);
        await open({ timeoutMs: 5_000 });
        const startedAt = performance.now();
        const waiting = [link.query(FAULT, call()), link.query(QUERY, call()), link.write('VOLT 5', call())].map(
          failure,
        );
        const problems = await Promise.all(waiting);
        expect(performance.now() - startedAt).to.be.below(500);
        expect(problems.map(({ code }) => code)).to.deep.equal(['DISCONNECTED', 'DISCONNECTED', 'DISCONNECTED']);
        expect(problems[0]?.message).to.contain(instrument.resource);
        expect(losses.map(({ code }) => code)).to.deep.equal(['DISCONNECTED']);
        expect(instrument.lines).to.deep.equal([FAULT]);
        expect(links.reports()).to.have.nested.property('[0]').that.includes({ isOpen: false, waiting: 0 });
      });
    }

    it('is opened anew by the same name, 25 times without a leak', async () => {
      instrument.script = once((_line, peer) => peer.resetAndDestroy());
      await open();
      const before = descriptors();
      for (let round = 0; round < 25; round += 1) {
        await failure(link.query(FAULT, call()));
        await link.close();
        await open();
        await isUsable();
      }
      await until('the sockets are closed', () => descriptors() <= before);
      expect(losses).to.have.lengthOf(25);
      expect(links.reports().map(({ reopened }) => reopened)).to.deep.equal([25]);
    });
  });

  describe('when the other end is half gone', () => {
    it('notices a peer that neither reads nor answers, by one time-out', async () => {
      await open();
      await isUsable();
      for (const peer of instrument.peers) peer.pause();
      expect((await failure(link.query(QUERY, call()))).message).to.contain('0 got');
      await isUsable();
    });

    it('gives up sending to a peer that has stopped reading', async () => {
      await open();
      await isUsable();
      for (const peer of instrument.peers) peer.pause();
      const { code, message } = await failure(link.write('X'.repeat(32 << 20), call()));
      expect(code).to.equal('TIMEOUT');
      expect(message).to.contain(`${instrument.resource}, sending "XXXX`).and.to.have.length.below(300);
      await isUsable();
    });

    it('notices in two time-outs that nobody is there any more', async () => {
      await open();
      instrument.script = () => undefined;
      const startedAt = performance.now();
      for (let count = 0; count < 2; count += 1) await failure(link.query(QUERY, call()));
      expect(performance.now() - startedAt).to.be.below(700);
    });
  });

  describe('when what comes is no answer', () => {
    it('gives bytes that mean nothing as they are', async () => {
      instrument.script = once((_line, peer) => peer.write(Buffer.from([0, 255, 27, 128, 10])));
      await open();
      expect(await link.query(FAULT, call())).to.equal('\0\u{ff}\u{1b}\u{80}');
      await isUsable();
    });

    it('throws away what nobody has asked for, and counts it', async () => {
      await open();
      instrument.peers[0]?.write('666\n666\n66');
      await until('it has come', () => instrument.peers[0]?.writableLength === 0);
      await pause(50);
      await isUsable();
      expect(links.reports()).to.have.nested.property('[0].staleAnswers', 1);
    });

    it('is not misled by 4 MiB of anything', async () => {
      const noise = Buffer.from(randomBytes(4 << 20).map((byte) => (byte === 10 ? 11 : byte)));
      await open({ timeoutMs: 10_000 });
      instrument.peers[0]?.write(noise);
      await until('it has come', () => instrument.peers[0]?.writableLength === 0);
      await pause(500); // through the buffers of the system, and read
      await isUsable();
      instrument.script = once((_line, peer) => peer.write(Buffer.concat([noise, Buffer.from('\n666\n')])));
      await link.query(FAULT, call());
      await isUsable();
    });

    it('refuses an answer without end, in bounded memory', async () => {
      const piece = Buffer.alloc(1 << 20, '1');
      let sent = 0;
      instrument.script = once((_line, peer) => {
        const more = (): void => {
          if (peer.destroyed || sent > 20 * MAX_ANSWER_BYTES) return;
          sent += piece.length;
          peer.write(piece, more);
        };
        more();
      });
      await open({ timeoutMs: 20_000 });
      await isUsable();
      const before = process.memoryUsage().rss;
      const { code, message } = await failure(link.query(FAULT, call(20_000)));
      expect([code, message]).to.deep.equal([
        'TOO_LARGE',
        `${instrument.resource}: 127.0.0.1:${instrument.port} sent more than ${MAX_ANSWER_BYTES} bytes in one answer; ` +
          'does link.readTermination fit?',
      ]);
      expect(sent).to.be.below(2 * MAX_ANSWER_BYTES);
      expect(process.memoryUsage().rss - before).to.be.below(4 * MAX_ANSWER_BYTES);
      await isUsable();
    });
  });
});
