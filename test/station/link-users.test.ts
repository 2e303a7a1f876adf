import { expect } from 'chai';
import { noLinks, type Link, type LinkReport, type Links } from '../../core/link.js';
import { LinkUsers } from '../../station/link-users.js';

const call = { signal: new AbortController().signal, deadline: 0 };

describe('the users of links', () => {
  const open: Links['open'] = (resource) => Promise.resolve({ resource: resource.toUpperCase() } as Link);
  const report = (resource: string): LinkReport => ({
    resource,
    bus: resource,
    isOpen: true,
    waiting: 0,
    oldestMs: 0,
    refused: 0,
    requests: 0,
    timeouts: 0,
    staleAnswers: 0,
    reopened: 0,
    sentBytes: 0,
    receivedBytes: 0,
    roundTrips: { counts: [], count: 0, sumMs: 0 },
  });
  let users: LinkUsers;
  beforeEach(() => {
    users = new LinkUsers({ ...noLinks, open, reports: () => [report('A'), report('B')] });
  });
  const named = (): readonly (readonly string[])[] => users.reports().map(({ managers }) => managers);

  it('are those who opened them, by the canonical name', async () => {
    await users.of('psu1').open('a', {}, call);
    await users.of('psu2').open('a', {}, call);
    expect(named()).to.deep.equal([['psu1', 'psu2'], []]);
  });

  it('are forgotten when a manager is made anew', async () => {
    await users.of('psu1').open('a', {}, call);
    await users.of('psu1').open('b', {}, call);
    expect(named()).to.deep.equal([[], ['psu1']]);
  });

  it('are none when a link could not be opened', async () => {
    await users
      .of('psu1')
      .openRegisters('a', {}, call)
      .catch(() => undefined);
    expect(named()).to.deep.equal([[], []]);
  });
});
