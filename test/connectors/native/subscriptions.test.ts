import { expect } from 'chai';
import { Subscriptions } from '../../../connectors/native/subscriptions.js';
import { topicMatcher } from '../../../core/address.js';
import { Outbox } from '../../../core/outbox.js';

describe('a pattern over topics', () => {
  const rows: readonly (readonly [pattern: string, fits: readonly string[], fitsNot: readonly string[]])[] = [
    ['hv/1/voltage', ['hv/1/voltage'], ['hv/1/voltageSetpoint', 'hv/10/voltage', 'xhv/1/voltage', 'hv/1']],
    ['hv/*/voltage', ['hv/1/voltage', 'hv/10/voltage'], ['hv/voltage', 'hv/1/2/voltage', 'hv/$event/voltage']],
    ['*/pressure', ['gauge/pressure'], ['gauge/1/pressure', 'pressure']],
    ['hv/*', ['hv/state'], ['hv/$event', 'hv/1/voltage', 'hv/']],
    ['hv/$event', ['hv/$event'], ['hv/event', 'hv/$events']],
    ['hv/$*', ['hv/$event', 'hv/$reply'], ['hv/voltage']],
    ['hv/**', ['hv/voltage', 'hv/1/voltage', 'hv/$event'], ['hv', 'hvx/voltage', 'psu/voltage']],
    ['**', ['hv/voltage', 'psu/$failure'], []],
    ['hv/1/volt*', ['hv/1/voltage', 'hv/1/volt', 'hv/1/voltageSetpoint'], ['hv/1/current', 'hv/1/volt/x']],
    ['hv/1/*Set*', ['hv/1/voltageSetpoint', 'hv/1/Set'], ['hv/1/voltage']],
    ['hv/**/voltage', ['hv/1/voltage'], ['hv/1/2/voltage']],
    ['hv/1/a.c', ['hv/1/a.c'], ['hv/1/abc']],
    ['', [], ['hv/voltage']],
  ];
  for (const [pattern, fits, fitsNot] of rows)
    it(`"${pattern}" fits ${fits.join(', ') || 'nothing'}${fitsNot.length > 0 ? ` and not ${fitsNot.join(', ')}` : ''}`, () => {
      const matches = topicMatcher([pattern]);
      expect(fits.filter(matches)).to.deep.equal(fits);
      expect(fitsNot.filter(matches)).to.deep.equal([]);
    });

  it('costs no more time the more stars it has: a client writes it', () => {
    const matches = topicMatcher([`${'*a'.repeat(120)}b`]);
    expect(matches('a'.repeat(200))).to.equal(false);
  });
});

describe('subscriptions', () => {
  let subscriptions: Subscriptions;
  beforeEach(() => {
    subscriptions = new Subscriptions({ name: 'test', turn: () => undefined, maxBurstBytes: 1_000 });
  });
  const outbox = (): Outbox =>
    new Outbox({ name: 'peer', maxBytes: 1_000, sink: { write: () => true, close: () => undefined } });

  it('puts peers with the same patterns into one group', () => {
    const group = subscriptions.join(['a/**', 'b/**'], outbox());
    expect(subscriptions.join(['b/**', 'a/**'], outbox())).to.equal(group);
    expect(group.audience.size).to.equal(2);
  });

  it('does not take two patterns for one that looks like them joined', () => {
    expect(subscriptions.join(['a\nb'], outbox())).not.to.equal(subscriptions.join(['a', 'b'], outbox()));
  });

  it('forgets a group with its last peer', () => {
    const [first, second] = [outbox(), outbox()];
    const group = subscriptions.join(['a/**'], first);
    subscriptions.join(['a/**'], second);
    subscriptions.leave(group, first);
    expect(subscriptions.groups).to.have.length(1);
    subscriptions.leave(group, second);
    expect(subscriptions.groups).to.deep.equal([]);
    expect(subscriptions.matching('a/b')).to.deep.equal([]);
  });

  it('finds groups that came after a topic was first seen, and no longer those that went', () => {
    const peer = outbox();
    const early = subscriptions.join(['hv/**'], peer);
    expect(subscriptions.matching('hv/voltage')).to.deep.equal([early]);
    const late = subscriptions.join(['*/voltage'], outbox());
    subscriptions.join(['psu/**'], outbox());
    expect(subscriptions.matching('hv/voltage')).to.deep.equal([early, late]);
    subscriptions.leave(early, peer);
    expect(subscriptions.matching('hv/voltage')).to.deep.equal([late]);
  });

  it('still finds the right groups when there were more topics than it remembers', () => {
    const group = subscriptions.join(['hv/*/voltage'], outbox());
    for (let channel = 0; channel < 20_000; channel += 1) subscriptions.matching(`hv/${channel}/current`);
    expect(subscriptions.matching('hv/7/voltage')).to.deep.equal([group]);
  });
});
