import { expect } from 'chai';
import fc from 'fast-check';
import { Audience } from '../../core/audience.js';
import { compact } from '../../core/parcel.js';
import { Outbox } from '../../core/outbox.js';
import { AudienceModel, messageBytes, ModelPeer } from '../support/audience-model.js';

describe('Audience and Outbox', () => {
  describe('a peer whose transport is broken', () => {
    type Broken = { readonly isReady?: boolean; readonly notice?: () => Uint8Array };
    const newAudience = (): { audience: Audience; turn: () => void } => {
      const tasks: (() => void)[] = [];
      const audience = new Audience({ name: 'all', turn: (task) => tasks.push(task), maxBurstBytes: 1_000 });
      return {
        audience,
        turn: () => {
          for (const task of tasks.splice(0)) task();
        },
      };
    };
    const broken = ({ isReady, notice }: Broken): Outbox =>
      new Outbox({
        name: 'broken',
        maxBytes: 100,
        ...(notice === undefined ? {} : { gapNotice: notice }),
        sink: {
          write: () => {
            if (isReady === undefined) throw new Error('write fails');
            return isReady;
          },
          close: () => {
            throw new Error('close fails');
          },
        },
      });

    it('deafens nobody when its writing and its closing both throw', () => {
      const { audience, turn } = newAudience();
      const bad = broken({});
      const good = new ModelPeer('good');
      audience.add(bad);
      audience.add(good.outbox);
      for (const number of [1, 2]) {
        audience.post({ bytes: messageBytes(number), key: undefined });
        turn();
      }
      expect(good.got).to.deep.equal([1, 2]);
      expect(bad.isClosed).to.equal(true);
    });

    it('is ended when its word for what it missed cannot be printed', () => {
      const { audience, turn } = newAudience();
      const bad = broken({
        isReady: false,
        notice: () => {
          throw new Error('no such word');
        },
      });
      const good = new ModelPeer('good');
      audience.add(bad);
      audience.add(good.outbox);
      for (const number of [1, 2, 3]) {
        audience.post({ bytes: messageBytes(number), key: 'hv/1/voltage' });
        turn();
      }
      bad.drained();
      expect(bad.isClosed).to.equal(true);
      expect(good.got).to.deep.equal([1, 2, 3]);
    });
  });

  describe('peers that keep up', () => {
    it('get what was posted in one turn in one write of the same bytes', () => {
      const peers = [new ModelPeer('a'), new ModelPeer('b')];
      const model = new AudienceModel(peers);
      model.post(0);
      model.post(0, 'hv/1/voltage');
      expect(peers.map(({ writes }) => writes)).to.deep.equal([[], []]);
      model.turn();
      expect(peers.map(({ writes }) => writes)).to.deep.equal([[12], [12]]);
      model.verify();
    });

    it('get each reading, also two of the same parameter in one turn', () => {
      const peer = new ModelPeer('a');
      const model = new AudienceModel([peer]);
      model.post(0, 'hv/1/voltage');
      model.post(0, 'hv/1/voltage');
      model.postTo(peer, 'hv/1/voltage');
      model.postTo(peer, 'hv/1/voltage');
      model.turn();
      expect(peer.got).to.deep.equal([1, 2, 3, 4]);
    });

    it('get bursts of a limited size, and one message that is larger', () => {
      const peer = new ModelPeer('a');
      const model = new AudienceModel([peer], { maxBurstBytes: 20 });
      for (const length of [10, 10, 10, 50, 10]) model.post(0, undefined, length);
      model.turn();
      expect(peer.writes).to.deep.equal([20, 10, 50, 10]);
      model.verify();
    });

    it('get what is meant for one of them in its place among what all get', () => {
      const peers = [new ModelPeer('a'), new ModelPeer('b')];
      const model = new AudienceModel(peers);
      const [a] = peers;
      model.post(0);
      if (a !== undefined) model.postTo(a);
      model.post(0);
      model.turn();
      expect(peers.map(({ got }) => got)).to.deep.equal([
        [1, 2, 3],
        [1, 3],
      ]);
    });

    it('get nothing that was posted before they came', () => {
      const late = new ModelPeer('late');
      const model = new AudienceModel([new ModelPeer('early'), late]);
      model.leave(late);
      model.post(0);
      model.join(late, 0);
      model.post(0);
      model.turn();
      expect(late.got).to.deep.equal([2]);
    });

    it('cost no turn when there is nothing to say, or nobody to hear it', () => {
      const peer = new ModelPeer('a');
      const model = new AudienceModel([peer]);
      model.leave(peer);
      model.post(0);
      expect(model.pendingTurns).to.equal(0);
    });
  });

  describe('a peer that is behind', () => {
    it('gets the newest of each parameter when it can take more, and is told how many it missed', () => {
      const peer = new ModelPeer('slow', { room: 1 });
      const model = new AudienceModel([peer]);
      model.post(0, 'a');
      model.turn();
      for (const key of ['a', 'b', 'a', 'b', 'a']) {
        model.post(0, key);
        model.turn();
      }
      expect(peer.got).to.deep.equal([1]);
      peer.drain(9);
      expect(peer.got).to.deep.equal([1, 5, 6]);
      expect(peer.noticed).to.equal(3);
      model.verify();
    });

    it('loses no reply, failure, alarm or event', () => {
      const peer = new ModelPeer('slow', { room: 1 });
      const model = new AudienceModel([peer]);
      for (let index = 0; index < 20; index += 1) {
        model.post(0, 'a');
        model.post(0);
        model.postTo(peer);
        model.turn();
      }
      model.settle();
      model.verify();
    });

    it('delays nobody', () => {
      const quick = new ModelPeer('quick');
      const model = new AudienceModel([new ModelPeer('slow', { room: 1 }), quick]);
      for (let index = 0; index < 5; index += 1) {
        model.post(0, 'a');
        model.turn();
      }
      expect(quick.got).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('is ended, with the reason, when too much waits that cannot be replaced', () => {
      const peer = new ModelPeer('slow', { room: 1, maxBytes: 100 });
      const model = new AudienceModel([peer]);
      model.post(0);
      model.turn();
      for (let index = 0; index < 3; index += 1) {
        model.post(0, undefined, 40);
        model.turn();
      }
      expect(peer.closedBecause).to.equal('80 bytes were waiting for it, the limit is 100');
      expect(peer.outbox.waitingBytes).to.equal(0);
      model.settle();
    });

    it('may be owed one message that alone is over the limit', () => {
      const peer = new ModelPeer('slow', { room: 1, maxBytes: 100 });
      const model = new AudienceModel([peer]);
      model.post(0);
      model.turn();
      model.post(0, undefined, 5_000);
      model.settle();
      expect(peer.got).to.deep.equal([1, 2]);
    });

    it('is never ended for readings, however many come, also for itself alone', () => {
      const peer = new ModelPeer('slow', { room: 1, maxBytes: 100 });
      const model = new AudienceModel([peer]);
      model.post(0);
      model.turn();
      model.post(0, undefined, 95);
      for (let index = 0; index < 200; index += 1) {
        model.post(0, `topic ${index % 3}`);
        model.postTo(peer, `own ${index % 3}`);
        model.turn();
      }
      expect(peer.outbox.waiting.length).to.be.below(10);
      model.settle();
      expect(peer.closedBecause).to.equal(undefined);
      model.verify();
    });

    it('gets the newer of a reading for all and one for itself, whichever that is', () => {
      const peer = new ModelPeer('slow', { room: 1 });
      const model = new AudienceModel([peer]);
      model.post(0);
      model.turn();
      model.post(0, 'a');
      model.turn();
      model.postTo(peer, 'a');
      model.settle();
      expect(peer.got).to.deep.equal([1, 3]);
      model.verify();
    });

    it('takes what it is owed to another audience', () => {
      const peer = new ModelPeer('slow', { room: 1 });
      const model = new AudienceModel([peer], { audiences: 2 });
      model.post(0);
      model.turn();
      model.post(0, 'a');
      model.post(0, 'a');
      model.post(0);
      model.leave(peer);
      model.join(peer, 1);
      model.post(1, 'a');
      model.settle();
      expect(peer.got).to.deep.equal([1, 4, 5]);
      model.verify();
    });

    it('is not forgotten when its transport drains while it is between two audiences', () => {
      const peer = new ModelPeer('slow', { room: 1 });
      const model = new AudienceModel([peer], { audiences: 2 });
      model.post(0);
      model.turn();
      model.post(0);
      model.leave(peer);
      peer.drain(9);
      model.join(peer, 1);
      model.post(1);
      model.turn();
      expect(peer.got).to.deep.equal([1, 2, 3]);
    });
  });

  describe('a write in which something happens', () => {
    it('keeps the order for those who come after it', () => {
      const first = new ModelPeer('first');
      const second = new ModelPeer('second');
      const model = new AudienceModel([first, second], { maxBurstBytes: 12 });
      first.onWrite = () => {
        first.onWrite = () => undefined;
        for (let index = 0; index < 4; index += 1) model.post(0);
        model.leave(first);
      };
      model.post(0);
      model.turn();
      model.turn();
      expect(second.got).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('ends the peer when it throws, and reaches the others', () => {
      const first = new ModelPeer('first');
      const second = new ModelPeer('second');
      const model = new AudienceModel([first, second]);
      first.onWrite = () => {
        throw new TypeError('socket is gone');
      };
      model.post(0);
      model.turn();
      model.post(0);
      model.turn();
      expect(first.closedBecause).to.equal('it cannot be written to: socket is gone');
      expect(second.got).to.deep.equal([1, 2]);
    });

    it('may end the peer', () => {
      const first = new ModelPeer('first');
      const second = new ModelPeer('second');
      const model = new AudienceModel([first, second]);
      first.onWrite = () => {
        first.outbox.close('reset by the client');
        model.leave(first);
      };
      model.post(0);
      model.turn();
      model.post(0);
      model.turn();
      expect(first.got).to.deep.equal([1]);
      expect(second.got).to.deep.equal([1, 2]);
      expect(model.audiences[0]?.size).to.equal(1);
      expect(model.audiences[0]?.behind).to.equal(0);
    });
  });

  describe('whatever happens', () => {
    const PEERS = 3;
    const peer = fc.nat(PEERS - 1);
    const key = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
    const length = fc.integer({ min: 6, max: 40 });
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('post' as const), audience: fc.nat(1), key, length }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('postTo' as const), peer, key, length }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('drain' as const), peer, room: fc.integer({ min: 1, max: 3 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), peer, audience: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), peer }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), peer }) },
    );
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

    const play = (model: AudienceModel, steps: readonly Step[], canClose: boolean): void => {
      for (const move of steps) {
        const one = 'peer' in move ? model.peers[move.peer] : undefined;
        if (move.do === 'post') model.post(move.audience, move.key, move.length);
        if (move.do === 'turn') model.turn();
        if (one === undefined) continue;
        if (move.do === 'postTo') model.postTo(one, move.key, move.length);
        if (move.do === 'drain') one.drain(move.room);
        if (move.do === 'pause' || move.do === 'move') model.leave(one);
        if (move.do === 'move') model.join(one, move.audience);
        if (move.do === 'close' && canClose) {
          one.outbox.close('gone');
          model.leave(one);
        }
      }
      for (const one of model.peers) {
        model.leave(one);
        if (!one.outbox.isClosed) model.join(one, 0);
      }
      model.settle();
    };
    const rooms = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: PEERS, maxLength: PEERS });

    it('loses no reply, keeps the order, replaces only older readings and counts each', () => {
      fc.assert(
        fc.property(rooms, fc.array(step, { maxLength: 80 }), fc.boolean(), (room, steps, canClose) => {
          const model = new AudienceModel(
            room.map((writes, index) => new ModelPeer(`${index}`, { room: writes })),
            { audiences: 2 },
          );
          play(model, steps, canClose);
          model.verify();
          expect(model.audiences.map(({ behind }) => behind)).to.deep.equal([0, 0]);
        }),
        { numRuns: 500 },
      );
    });

    it('keeps at most its limit for each peer, and ends those that need more', () => {
      fc.assert(
        fc.property(rooms, fc.array(step, { maxLength: 80 }), (room, steps) => {
          const maxBytes = 100;
          const peers = room.map((writes, index) => new ModelPeer(`${index}`, { room: writes, maxBytes }));
          const model = new AudienceModel(peers, { audiences: 2 });
          for (const move of steps) {
            play(model, [move], false);
            for (const { outbox } of peers) expect(outbox.waitingBytes).to.be.at.most(maxBytes);
          }
          for (const { outbox, closedBecause } of peers) expect(outbox.isClosed).to.equal(closedBecause !== undefined);
        }),
        { numRuns: 50 },
      );
    });
  });
});

describe('a message that waits for a peer that is behind', () => {
  it('does not keep the slab alive in which it was encoded', () => {
    const slab = new Uint8Array(4096);
    const parcel = { bytes: slab.subarray(0, 100), key: undefined };
    expect(compact(parcel).bytes.buffer.byteLength).to.equal(100);
  });

  it('is not copied when its bytes are its own', () => {
    const parcel = { bytes: new Uint8Array(100), key: undefined };
    expect(compact(parcel)).to.equal(parcel);
  });
});
