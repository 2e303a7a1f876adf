import { expect } from 'chai';
import { Turns } from '../../../connectors/rest/turns.js';

describe('turns', () => {
  let turns: Turns;
  let diary: string[];
  let finish: Map<string, () => void>;

  beforeEach(() => {
    turns = new Turns();
    diary = [];
    finish = new Map();
  });

  const take = (name: string, isPatient: boolean, key = 'psu'): Promise<void> =>
    turns.take(key, isPatient, async () => {
      diary.push(`${name} begins`);
      await new Promise<void>((resolve) => finish.set(name, resolve));
      diary.push(`${name} ends`);
    });
  const end = async (name: string): Promise<void> => {
    finish.get(name)?.();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };

  it('let who compares first wait for those that are under way', async () => {
    const all = [take('write', false), take('compare', true)];
    expect(diary).to.deep.equal(['write begins']);
    await end('write');
    expect(diary).to.deep.equal(['write begins', 'write ends', 'compare begins']);
    await end('compare');
    await Promise.all(all);
  });

  it('let who does not compare begin at once', () => {
    void take('one', false);
    void take('other', false);
    expect(diary).to.deep.equal(['one begins', 'other begins']);
  });

  it('let the patient wait for all of them', async () => {
    void take('one', false);
    void take('other', false);
    void take('compare', true);
    await end('other');
    expect(diary).to.not.include('compare begins');
    await end('one');
    expect(diary.at(-1)).to.equal('compare begins');
  });

  it('of one key are no matter to another', () => {
    void take('one', true);
    void take('other', true, 'gun');
    expect(diary).to.have.length(2);
  });

  it('go on after a failure, which is told to who failed alone', async () => {
    const failed = turns.take('psu', false, () => Promise.reject(new Error('boom')));
    const next = turns.take('psu', true, () => Promise.resolve('done'));
    expect(await failed.catch((thrown: unknown) => String(thrown))).to.equal('Error: boom');
    expect(await next).to.equal('done');
  });
});
