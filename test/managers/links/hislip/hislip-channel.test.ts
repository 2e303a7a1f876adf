import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import { encodeHislip, hislipMessage } from '../../../../core/wire/hislip.js';
import { HislipChannel } from '../../../../managers/links/hislip/hislip-channel.js';
import { fakeClock, type FakeClock } from '../../fake-station.js';
import { inFakeTime, outcomeOf } from '../in-fake-time.js';

describe('HislipChannel', () => {
  let clock: FakeClock;
  let instrument: Duplex;
  let channel: HislipChannel;

  const expected = (): Promise<string> => {
    const call = { signal: new AbortController().signal, deadline: clock.monotonic() + 100 };
    return inFakeTime(clock, outcomeOf(channel.expect('initializeResponse', call).then(({ parameter }) => parameter)));
  };
  const says = async (count: number): Promise<void> => {
    const message = encodeHislip(hislipMessage('initializeResponse', { parameter: 7 }));
    for (let sent = 0; sent < count; sent += 1) instrument.write(message);
    await inFakeTime(clock, new Promise(setImmediate));
  };

  beforeEach(() => {
    clock = fakeClock();
    const [ours, theirs] = duplexPair();
    instrument = theirs.resume();
    channel = new HislipChannel({ name: 'psu', stream: ours, clock, maxMessageBytes: 1_024 });
  });

  afterEach(async () => {
    await inFakeTime(clock, channel.close());
    clock.uninstall();
  });

  it('keeps what comes before anybody listens', async () => {
    await says(2);
    expect([await expected(), await expected()]).to.deep.equal(['done: 7', 'done: 7']);
  });

  it('keeps no flood of it', async () => {
    await says(17);
    expect(await expected()).to.equal(
      'DISCONNECTED psu does not keep to HiSLIP: more than 16 messages before the session is open',
    );
  });
});
