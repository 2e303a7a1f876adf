import { expect } from 'chai';
import { HislipLocks, type LockAnswer } from '../../../../simulators/servers/hislip/hislip-locks.js';
import { FakeClock } from '../../../support/fake-clock.js';

const FAILED = 0;
const GRANTED = 1;
const SHARED_RELEASED = 2;
const ERROR = 3;

describe('HislipLocks', () => {
  let clock: FakeClock;
  let locks: HislipLocks<string>;
  let changes: number;
  beforeEach(() => {
    clock = new FakeClock();
    changes = 0;
    locks = new HislipLocks<string>(clock, () => (changes += 1));
  });
  afterEach(() => {
    clock.uninstall();
  });

  const request = (holder: string, key = '', timeoutMs = 0): LockAnswer[] => {
    const answers: LockAnswer[] = [];
    locks.request(holder, key, timeoutMs, (answer) => answers.push(answer));
    return answers;
  };
  const allowed = (): string => ['ann', 'bob', 'eve'].filter((holder) => locks.allows(holder)).join(' ');

  it('lets everybody in as long as nobody has locked it', () => {
    expect(allowed()).to.equal('ann bob eve');
  });

  it('lets one in alone who has the exclusive lock', () => {
    expect(request('ann')).to.deep.equal([GRANTED]);
    expect(allowed()).to.equal('ann');
    expect(request('bob')).to.deep.equal([FAILED]);
  });

  it('lets all in who share a key, and no other key beside it', () => {
    expect([...request('ann', 'k'), ...request('bob', 'k'), ...request('eve', 'other')]).to.deep.equal([
      GRANTED,
      GRANTED,
      FAILED,
    ]);
    expect(allowed()).to.equal('ann bob');
  });

  it('lets one who shares lock out the others who share', () => {
    request('ann', 'k');
    request('bob', 'k');
    expect(request('eve')).to.deep.equal([FAILED]);
    expect(request('ann')).to.deep.equal([GRANTED]);
    expect(allowed()).to.equal('ann');
    expect(locks.info).to.deep.equal({ isExclusive: true, holders: 2 });
  });

  it('releases the exclusive lock before the shared one', () => {
    request('ann', 'k');
    request('ann');
    expect([locks.release('ann'), locks.release('ann'), locks.release('ann')]).to.deep.equal([
      GRANTED,
      SHARED_RELEASED,
      ERROR,
    ]);
    expect(allowed()).to.equal('ann bob eve');
  });

  it('refuses a lock that its holder has already', () => {
    request('ann');
    expect(request('ann')).to.deep.equal([ERROR]);
  });

  it('grants to those who wait in their order', () => {
    request('ann');
    const [bob, eve] = [request('bob', '', 1_000), request('eve', '', 1_000)];
    locks.release('ann');
    expect([bob, eve]).to.deep.equal([[GRANTED], []]);
    locks.release('bob');
    expect(eve).to.deep.equal([GRANTED]);
    expect(clock.pending).to.equal(0);
  });

  it('tells who has waited long enough that it failed, once', async () => {
    request('ann');
    const bob = request('bob', '', 1_000);
    await clock.pass(1_000);
    locks.release('ann');
    expect(bob).to.deep.equal([FAILED]);
    expect(allowed()).to.equal('ann bob eve');
  });

  it('refuses a second request of one who waits', () => {
    request('ann');
    request('bob', '', 1_000);
    expect(request('bob', '', 1_000)).to.deep.equal([ERROR]);
    locks.forget('bob');
  });

  it('forgets whoever has gone, also one who waits', () => {
    request('ann');
    const bob = request('bob', '', 1_000);
    locks.forget('bob');
    locks.forget('ann');
    expect([bob, clock.pending, allowed()]).to.deep.equal([[], 0, 'ann bob eve']);
    expect(changes).to.equal(2);
  });
});
