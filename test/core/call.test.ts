import { expect } from 'chai';
import { AbortableCall, isAborted, RefreshingCall } from '../../core/call.js';

describe('AbortableCall', () => {
  let call: AbortableCall;

  beforeEach(() => {
    call = new AbortableCall(500);
  });

  it('tells who listens, with the reason', () => {
    let reason: unknown;
    call.signal.addEventListener('abort', () => {
      reason = call.signal.reason;
    });
    const error = new Error('stop');
    call.abort(error);
    expect([reason, isAborted(call)]).to.deep.equal([error, true]);
  });

  it('tells who asks later', () => {
    const error = new Error('stop');
    call.abort(error);
    call.abort(new Error('again'));
    expect(call.signal.aborted).to.equal(true);
    expect(call.signal.reason).to.equal(error);
  });

  it('has one signal, however often it is asked for', () => {
    expect(call.signal).to.equal(call.signal);
  });

  it('is the same call for a command, with something to read back', async () => {
    const read: string[] = [];
    const refreshing = new RefreshingCall(call, (name) => Promise.resolve(void read.push(name)));
    await refreshing.refresh('voltage');
    expect([refreshing.deadline, refreshing.signal, read]).to.deep.equal([500, call.signal, ['voltage']]);
    call.abort(new Error('stop'));
    expect(isAborted(refreshing)).to.equal(true);
  });

  it('can be a plain object in a test', () => {
    const controller = new AbortController();
    const plain = { signal: controller.signal, deadline: 0 };
    expect(isAborted(plain)).to.equal(false);
    controller.abort();
    expect(isAborted(plain)).to.equal(true);
  });
});
