import { expect } from 'chai';
import { RecentEdges, type Edge } from '../../../connectors/rest/recent-edges.js';

const edge = (serial: number): Edge => ({
  serial,
  output: {
    type: 'event',
    event: 'tripped',
    manager: 'hv',
    topic: 'hv/$event',
    timeMs: 0,
    epoch: 1,
    seq: serial,
    previous: 0,
    details: {},
  },
});
const serials = ({ edges }: { readonly edges: readonly Edge[] }): readonly number[] =>
  edges.map(({ serial }) => serial);

describe('alarms and events for a client that was away', () => {
  let recent: RecentEdges;
  beforeEach(() => {
    recent = new RecentEdges();
  });

  it('are all of them while they are few', () => {
    for (const serial of [3, 5, 9]) recent.add(edge(serial));
    expect(recent.after(0).isComplete).to.be.true;
    expect([0, 3, 4, 9, 20].map((serial) => serials(recent.after(serial)))).to.deep.equal([
      [3, 5, 9],
      [5, 9],
      [5, 9],
      [],
      [],
    ]);
  });

  it('are the newest thousand at least, and two thousand at most', () => {
    for (let serial = 1; serial <= 10_000; serial += 1) {
      recent.add(edge(serial));
      const { length } = recent.after(0).edges;
      expect(length).to.be.within(Math.min(serial, 1_000), 2_000);
    }
  });

  it('are complete only for who has heard the newest that was forgotten', () => {
    for (let serial = 1; serial <= 2_000; serial += 1) recent.add(edge(serial));
    const [first = 0] = serials(recent.after(0));
    expect([recent.after(first - 2).isComplete, recent.after(first - 1).isComplete]).to.deep.equal([false, true]);
    expect(serials(recent.after(first - 1))[0]).to.equal(first);
  });
});
