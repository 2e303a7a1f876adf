import { expect } from 'chai';
import { NEVER, of, throwError, type ObservableInput } from 'rxjs';
import { poll, pollEachTurn } from '../../core/poll.js';
import { millis } from '../../core/units.js';
import { FakeClock } from '../support/fake-clock.js';
import { marbles } from '../support/marbles.js';

const ignore = (): void => undefined;

describe('poll', () => {
  it('reads at once and then every period', () => {
    marbles().run(({ expectObservable }) => {
      const expected = 'a--a--a--a-';
      expectObservable(
        poll(millis(3), () => of('a'), ignore),
        '----------!',
      ).toBe(expected);
    });
  });

  it('skips the ticks that fall into a slow read', () => {
    marbles().run(({ cold, expectObservable }) => {
      const read = cold('  ---a|');
      const expected = '   ---a-----a-----a--';
      expectObservable(
        poll(millis(3), () => read, ignore),
        '------------------!',
      ).toBe(expected);
    });
  });

  it('stops what it is reading when it is unsubscribed', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const read = cold('----a|');
      expectObservable(
        poll(millis(9), () => read, ignore),
        '--!',
      ).toBe('');
      expectSubscriptions(read.subscriptions).toBe('^-!');
    });
  });

  it('goes on after a read that fails, and one that gives nothing', () => {
    marbles().run(({ cold, expectObservable }) => {
      const reads = [cold('#'), cold('|'), cold('a|')];
      let count = 0;
      const read = (): ObservableInput<string> => reads[count++] ?? NEVER;
      expectObservable(poll(millis(2), read, ignore), '---------!').toBe('----a');
    });
  });

  it('waits for a read that never ends, and starts no other', () => {
    marbles().run(({ expectObservable }) => {
      let count = 0;
      const read = (): ObservableInput<string> => {
        count += 1;
        return NEVER;
      };
      expectObservable(poll(millis(2), read, ignore), '---------!').toBe('');
      setTimeout(() => {
        expect(count).to.equal(1);
      }, 9);
    });
  });

  it('tells of a read that throws, and of one that rejects, and goes on', async () => {
    const clock = new FakeClock();
    try {
      const told: unknown[] = [];
      const read = (): ObservableInput<never> => {
        if (told.length === 0) throw new TypeError('threw');
        return Promise.reject(new TypeError('rejected'));
      };
      const polling = poll(millis(10), read, (error) => told.push(error)).subscribe();
      await clock.pass(20);
      polling.unsubscribe();
      expect(told.map(String)).to.deep.equal(['TypeError: threw', 'TypeError: rejected', 'TypeError: rejected']);
      expect(clock.pending).to.equal(0);
    } finally {
      clock.uninstall();
    }
  });
});

describe('pollEachTurn', () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('reads once a turn', async () => {
    let count = 0;
    const polling = pollEachTurn(clock, () => of(++count), ignore).subscribe();
    await clock.turns(5);
    expect(count).to.equal(5);
    polling.unsubscribe();
    await clock.turns(2);
    expect(count).to.equal(5);
    expect(clock.pending).to.equal(0);
  });

  it('takes no turns while a read is slow', async () => {
    let finish = ignore;
    let count = 0;
    const read = (): Promise<void> => {
      count += 1;
      return new Promise((resolve) => (finish = resolve));
    };
    const polling = pollEachTurn(clock, read, ignore).subscribe();
    await clock.turns(3);
    expect([count, clock.pending]).to.deep.equal([1, 0]);
    finish();
    await clock.turns(3);
    expect(count).to.equal(2);
    polling.unsubscribe();
  });

  it('goes on after a read that fails', async () => {
    let failures = 0;
    const polling = pollEachTurn(
      clock,
      () => throwError(() => new Error('no')),
      () => (failures += 1),
    ).subscribe();
    await clock.turns(3);
    expect(failures).to.equal(3);
    polling.unsubscribe();
  });
});
