import { expect } from 'chai';
import fc from 'fast-check';
import { topicMatcher } from '../../../core/address.js';
import type { StationFrame } from '../../../core/native/protocol.js';
import { HandClock, NativeLab, type FakePeer } from './native-lab.js';

const subscriptions = [[], ['hv/**'], ['hv/1/*'], ['psu/**', 'hv/2/voltage'], ['**'], ['*/$event']] as const;

type Action =
  | { readonly do: 'read'; readonly manager: string; readonly channel: number }
  | { readonly do: 'announce'; readonly manager: string }
  | { readonly do: 'subscribe'; readonly peer: number; readonly patterns: readonly string[] }
  | { readonly do: 'stick' | 'unblock'; readonly peer: number }
  | { readonly do: 'turn' };

const PEERS = 3;
const peerIndex = fc.nat(PEERS - 1);
const manager = fc.constantFrom('hv', 'psu');
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('read' as const), manager, channel: fc.constantFrom(1, 2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('announce' as const), manager }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      peer: peerIndex,
      patterns: fc.constantFrom<readonly string[]>(...subscriptions),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('stick' as const, 'unblock' as const), peer: peerIndex }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

/** What one peer ought to have been told, kept beside it. */
class Expectation {
  matches = topicMatcher([]);
  /** Readings and events said on topics that it was subscribed to when they were said. */
  readings = 0;
  readonly events: number[] = [];
}

/** Readings on their way to the peer, those of snapshots too, must never go back. */
const neverGoesBack = (frames: readonly StationFrame[]): boolean => {
  const last = new Map<string, number>();
  for (const frame of frames) {
    if (frame.type === 'snapshot') for (const { topic, seq } of frame.readings) last.set(topic, seq);
    if (frame.type !== 'reading') continue;
    if (frame.seq <= (last.get(frame.topic) ?? 0)) return false;
    last.set(frame.topic, frame.seq);
  }
  return true;
};

const newestOf = (frames: readonly StationFrame[]): Map<string, unknown> => {
  const newest = new Map<string, unknown>();
  for (const frame of frames) {
    if (frame.type === 'snapshot') {
      newest.clear();
      for (const { topic, value } of frame.readings) newest.set(topic, value);
    }
    if (frame.type === 'reading') newest.set(frame.topic, frame.value);
  }
  return newest;
};

class Trial {
  readonly clock = new HandClock();
  readonly lab = new NativeLab({ clock: this.clock });
  readonly peers: readonly FakePeer[] = Array.from({ length: PEERS }, () => this.lab.join());
  readonly expected = this.peers.map(() => new Expectation());
  #count = 0;

  perform(step: Action): void {
    switch (step.do) {
      case 'read':
        this.#count += 1;
        for (const expectation of this.expected)
          if (expectation.matches(`${step.manager}/${step.channel}/voltage`)) expectation.readings += 1;
        this.lab.read(step.manager, step.channel, 'voltage', this.#count);
        return;
      case 'announce':
        this.#count += 1;
        for (const { matches, events } of this.expected)
          if (matches(`${step.manager}/$event`)) events.push(this.#count);
        this.lab.announce(step.manager, String(this.#count));
        return;
      case 'subscribe': {
        const expectation = this.expected[step.peer];
        if (expectation !== undefined) expectation.matches = topicMatcher(step.patterns);
        this.peers[step.peer]?.send({ type: 'subscribe', patterns: step.patterns });
        return;
      }
      case 'stick': {
        const peer = this.peers[step.peer];
        if (peer !== undefined) peer.isStuck = true;
        return;
      }
      case 'unblock':
        this.peers[step.peer]?.unblock();
        return;
      case 'turn':
        this.clock.runTurn();
    }
  }

  settle(): void {
    this.clock.runTurn();
    for (const peer of this.peers) peer.unblock();
    this.clock.runTurn();
  }
}

describe('what a peer of a native exchange is told', () => {
  const afterAny = (check: (peer: FakePeer, expected: Expectation, trial: Trial) => void): void => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (steps) => {
        const trial = new Trial();
        for (const step of steps) trial.perform(step);
        trial.settle();
        trial.peers.forEach((peer, index) => {
          check(peer, trial.expected[index] ?? new Expectation(), trial);
        });
      }),
      { numRuns: 50 },
    );
  };

  it('never goes back or repeats itself: what follows a snapshot is newer than it', () => {
    afterAny((peer) => {
      expect(neverGoesBack(peer.frames)).to.equal(true);
    });
  });

  it('ends with the newest reading of every topic it is subscribed to, however slow it was', () => {
    afterAny((peer, { matches }, { lab }) => {
      const wanted = lab.bus.snapshot().filter(({ topic }) => matches(topic));
      const newest = newestOf(peer.frames);
      for (const { topic, value } of wanted) expect(newest.get(topic)).to.equal(value);
    });
  });

  it('has every event in order, none twice', () => {
    afterAny((peer, { events }) => {
      expect(peer.of('event').map(({ event }) => Number(event))).to.deep.equal(events);
    });
  });

  it('counts exactly the readings that it did not get', () => {
    afterAny((peer, { readings }) => {
      const missed = peer.of('gap').reduce((sum, { conflated }) => sum + conflated, 0);
      expect(peer.of('reading').length + missed).to.equal(readings);
      expect(peer.of('gap').at(-1)?.total ?? 0).to.equal(missed);
    });
  });
});
