import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import { Shared } from '../../../managers/links/shared.js';

type Adapter = { readonly id: number; isOpen: boolean };

const live = { signal: new AbortController().signal };
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('Shared', () => {
  let opened: Adapter[];
  let closed: Adapter[];
  let letClose: () => void;
  let closing: Promise<void>;
  let shared: Shared<Adapter>;

  const open = (): Promise<Adapter> => {
    const adapter = { id: opened.length + 1, isOpen: true };
    opened.push(adapter);
    return Promise.resolve(adapter);
  };

  beforeEach(() => {
    opened = [];
    closed = [];
    closing = Promise.resolve();
    letClose = () => undefined;
    shared = new Shared({
      close: async (adapter) => {
        await closing;
        closed.push(adapter);
      },
      isOpen: ({ isOpen }) => isOpen,
    });
  });

  it('opens once for all who use the same', async () => {
    const [one, two] = await Promise.all([shared.take('a', open, live), shared.take('a', open, live)]);
    expect([one.value, two.value, opened.length]).to.deep.equal([opened[0], opened[0], 1]);
  });

  it('opens one for each name', async () => {
    await Promise.all([shared.take('a', open, live), shared.take('b', open, live)]);
    expect(opened).to.have.length(2);
  });

  it('closes with the last who lets go, whoever says so twice', async () => {
    const [one, two] = await Promise.all([shared.take('a', open, live), shared.take('a', open, live)]);
    await Promise.all([one.release(), one.release()]);
    expect(closed).to.deep.equal([]);
    await two.release();
    expect(closed).to.deep.equal(opened);
  });

  it('gives a new one for a broken one', async () => {
    const one = await shared.take('a', open, live);
    opened.forEach((adapter) => (adapter.isOpen = false));
    const two = await shared.take('a', open, live);
    expect([one.value.id, two.value.id]).to.deep.equal([1, 2]);
    await one.release();
    expect(closed.map(({ id }) => id)).to.deep.equal([1]);
  });

  it('never has two of one name: the next waits until the one before is closed', async () => {
    const one = await shared.take('a', open, live);
    closing = new Promise((resolve) => (letClose = resolve));
    const released = one.release();
    const two = shared.take('a', open, live);
    await settle();
    expect(opened).to.have.length(1);
    letClose();
    await released;
    expect((await two).value.id).to.equal(2);
  });

  it('tells all who wait why it could not be opened, and tries again for the next', async () => {
    const fail = (): Promise<Adapter> => Promise.reject(new HardwareError('DISCONNECTED', 'no such port'));
    const both = await Promise.allSettled([shared.take('a', fail, live), shared.take('a', fail, live)]);
    expect(both.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect((await shared.take('a', open, live)).value.id).to.equal(1);
  });

  it('spoils nothing for the others when one gives up', async () => {
    let finish: (adapter: Adapter) => void = () => undefined;
    const slow = (): Promise<Adapter> => new Promise((resolve) => (finish = resolve));
    const impatient = new AbortController();
    const one = shared.take('a', slow, impatient).catch(() => 'gave up');
    const two = shared.take('a', slow, live);
    await settle();
    impatient.abort(new HardwareError('ABORTED', 'enough'));
    await settle();
    finish({ id: 7, isOpen: true });
    expect([await one, (await two).value.id, closed.length]).to.deep.equal(['gave up', 7, 0]);
  });
});
