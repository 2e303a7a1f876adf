import { expect } from 'chai';
import { Relay } from '../../core/relay.js';

describe('Relay', () => {
  let relay: Relay<number>;
  let first: number[];
  let second: number[];

  beforeEach(() => {
    relay = new Relay();
    first = [];
    second = [];
  });

  it('replays nothing to who comes later', () => {
    relay.next(1);
    relay.values.subscribe((value) => first.push(value));
    relay.next(2);
    expect(first).to.deep.equal([2]);
  });

  it('keeps one order for all when a subscriber adds a value', () => {
    relay.values.subscribe((value) => {
      first.push(value);
      if (value < 3) relay.next(value + 1);
    });
    relay.values.subscribe((value) => second.push(value));
    relay.next(1);
    expect([first, second]).to.deep.equal([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('completes after what was added', () => {
    relay.values.subscribe((value) => {
      if (value > 1) return;
      relay.next(2);
      relay.complete();
    });
    let isComplete = false;
    relay.values.subscribe({ next: (value) => second.push(value), complete: () => (isComplete = true) });
    relay.next(1);
    expect([second, isComplete]).to.deep.equal([[1, 2], true]);
    relay.next(3);
    expect(second).to.deep.equal([1, 2]);
  });

  it('forgets who has unsubscribed', () => {
    relay.values.subscribe((value) => first.push(value)).unsubscribe();
    relay.next(1);
    expect(first).to.be.empty;
  });
});
