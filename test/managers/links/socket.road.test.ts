import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import type { Call } from '../../../core/parameter.js';
import { SocketRoad } from '../../../managers/links/socket.road.js';
import { fakeClock, type FakeClock } from '../fake-station.js';
import { inFakeTime, outcomeOf } from './in-fake-time.js';

describe('SocketRoad', () => {
  let clock: FakeClock;
  let instrument: Duplex;
  let road: SocketRoad;

  const call = (ms = 100): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + ms });
  const received = (): Promise<string> => inFakeTime(clock, outcomeOf(road.receive(call())));
  const says = async (text: string): Promise<void> => {
    instrument.write(text);
    await clock.pass(10);
  };

  beforeEach(() => {
    clock = fakeClock();
    const [ours, theirs] = duplexPair();
    instrument = theirs.on('error', () => undefined);
    road = new SocketRoad({ name: 'psu:5025', stream: ours, clock, maxAnswerBytes: 8_192 });
  });

  afterEach(async () => {
    await inFakeTime(clock, road.close());
    clock.uninstall();
  });

  it('gives one answer after the other', async () => {
    await says('1.5\n2.5\r\n');
    expect([await received(), await received()]).to.deep.equal(['done: 1.5', 'done: 2.5']);
  });

  it('throws a greeting away before the first request, whole or not', async () => {
    await says('Welcome\nto the');
    expect(road.drop()).to.equal('clear');
    expect(road.drop()).to.equal('nothing');
  });

  it('wants to be opened anew when an answer that nobody fetched is cut', async () => {
    await road.send(Buffer.from('*IDN?'), call());
    await says('1.');
    expect(road.drop()).to.equal('reopen');
  });

  it('refuses an answer that is too long, and then wants to be opened anew', async () => {
    const asked = received();
    await says('1'.repeat(8_193));
    expect(await asked).to.equal(
      'TOO_LARGE psu:5025 sent more than 8192 bytes in one answer; does link.readTermination fit?',
    );
    expect(road.drop()).to.equal('reopen');
  });

  it('keeps no flood of empty answers', async () => {
    await says('\n'.repeat(1_025));
    expect(await received()).to.equal(
      'TOO_LARGE psu:5025 sent more than 1024 answers at once; does link.readTermination fit?',
    );
    expect([road.pendingBytes, road.drop()]).to.deep.equal([0, 'reopen']);
  });

  it('is lost with its connection, with the words of whoever waits', async () => {
    const reasons: string[] = [];
    road.lost.subscribe(({ message }) => reasons.push(message));
    const asked = received();
    instrument.end();
    expect(await asked).to.match(/^DISCONNECTED the connection to psu:5025 is lost: /);
    expect(reasons).to.have.length(1);
  });
});
