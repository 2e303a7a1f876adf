import { expect } from 'chai';
import { hislipMessage } from '../../../../core/wire/hislip.js';
import { HislipInbox } from '../../../../managers/links/hislip/hislip-inbox.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('HislipInbox', () => {
  let inbox: HislipInbox;

  const taken = (): string | undefined => {
    const answer = inbox.take();
    return answer === undefined ? undefined : Buffer.from(answer).toString('latin1');
  };

  beforeEach(() => {
    inbox = new HislipInbox('psu', 16);
  });

  it('takes the answer with the id of the question, put together, and no second one', () => {
    inbox.ask(2, 2);
    inbox.add(hislipMessage('data', { parameter: 2, payload: bytes('+1') }));
    inbox.add(hislipMessage('dataEnd', { parameter: 2, payload: bytes('.5') }));
    inbox.add(hislipMessage('dataEnd', { parameter: 2, payload: bytes('+9') }));
    expect([taken(), taken()]).to.deep.equal(['+1.5', undefined]);
  });

  it('throws the answer to an earlier question away', () => {
    inbox.ask(2, 2);
    inbox.ask(4, 4);
    inbox.add(hislipMessage('dataEnd', { parameter: 2, payload: bytes('old') }));
    expect(taken()).to.equal(undefined);
  });

  it('refuses what is too long', () => {
    inbox.ask(2, 2);
    inbox.add(hislipMessage('data', { parameter: 2, payload: new Uint8Array(17) }));
    expect(() => inbox.take()).to.throw('psu answers with more than 16 bytes');
  });

  it('refuses a flood of empty answers, where their ids say nothing', () => {
    inbox.restart('overlap');
    for (let count = 0; count < 1_025; count += 1) inbox.add(hislipMessage('dataEnd'));
    expect(() => inbox.take()).to.throw('psu gives more than 1024 answers at once');
  });
});
