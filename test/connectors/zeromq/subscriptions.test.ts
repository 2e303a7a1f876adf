import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_PREFIXES, readSubscription, Subscriptions } from '../../../connectors/zeromq/subscriptions.js';
import { topicFrame } from '../../../connectors/zeromq/topic-frame.js';

describe('a topic frame', () => {
  it('ends in the delimiter, so that channel 10 is not part of channel 1', () => {
    expect(topicFrame('hv/10/voltage').startsWith(topicFrame('hv/1'))).to.equal(false);
  });
});

describe('readSubscription', () => {
  it('reads who comes', () => {
    expect(readSubscription(Buffer.from('\x01hv/1/'))).to.deep.equal({ isSubscribed: true, prefix: 'hv/1/' });
  });

  it('reads who leaves', () => {
    expect(readSubscription(Buffer.from('\x00hv/'))).to.deep.equal({ isSubscribed: false, prefix: 'hv/' });
  });

  it('reads the subscription to everything', () => {
    expect(readSubscription(Uint8Array.of(1))).to.deep.equal({ isSubscribed: true, prefix: '' });
  });

  it('knows nothing else, whatever a client sends', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(readSubscription(bytes) === undefined).to.equal(bytes[0] !== 0 && bytes[0] !== 1);
      }),
    );
  });
});

describe('Subscriptions', () => {
  let overflows: number;
  let subscriptions: Subscriptions;
  const subscribe = (prefix: string) => {
    subscriptions.update({ isSubscribed: true, prefix });
  };
  const leave = (prefix: string) => {
    subscriptions.update({ isSubscribed: false, prefix });
  };

  beforeEach(() => {
    overflows = 0;
    subscriptions = new Subscriptions(() => {
      overflows += 1;
    });
  });

  it('want nothing at first', () => {
    expect(subscriptions.wants('hv/1/voltage/')).to.equal(false);
  });

  it('want every topic that begins with a prefix', () => {
    subscribe('hv/1/');
    expect(['hv/1/voltage/', 'hv/10/voltage/', 'hv/$reply/'].map((topic) => subscriptions.wants(topic))).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('want everything after an empty prefix', () => {
    subscribe('');
    expect(subscriptions.wants('hv/$event/')).to.equal(true);
  });

  it('change their mind when a prefix comes', () => {
    subscriptions.wants('hv/1/voltage/');
    subscribe('hv/');
    expect(subscriptions.wants('hv/1/voltage/')).to.equal(true);
  });

  it('change their mind when the last subscriber of a prefix has gone', () => {
    subscribe('hv/');
    subscribe('hv/');
    subscriptions.wants('hv/1/voltage/');
    leave('hv/');
    expect(subscriptions.wants('hv/1/voltage/')).to.equal(false);
  });

  it('keep a bounded table, and want everything beyond it', () => {
    for (let index = 0; index < MAX_PREFIXES + 5; index += 1) subscribe(`rubbish ${index}`);
    expect([subscriptions.size, subscriptions.wants('hv/1/voltage/'), overflows]).to.deep.equal([
      MAX_PREFIXES,
      true,
      1,
    ]);
  });

  it('tell topics apart again when those that did not fit have gone', () => {
    for (let index = 0; index < MAX_PREFIXES + 2; index += 1) subscribe(`rubbish ${index}`);
    for (let index = 0; index < 10; index += 1) leave(`rubbish ${index}`);
    leave(`rubbish ${MAX_PREFIXES}`);
    expect(subscriptions.wants('hv/1/voltage/')).to.equal(true);
    leave(`rubbish ${MAX_PREFIXES + 1}`);
    expect(subscriptions.wants('hv/1/voltage/')).to.equal(false);
  });
});
