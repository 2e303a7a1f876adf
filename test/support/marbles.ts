import { expect } from 'chai';
import { TestScheduler } from 'rxjs/testing';

/** Marble diagrams in virtual time: `marbles().run(({ cold, expectObservable }) => ...)`. */
export const marbles = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).to.deep.equal(expected);
  });
