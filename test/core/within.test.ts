import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { abortReason, sleep } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import { within } from '../../core/within.js';
import { FakeClock } from '../support/fake-clock.js';

const late = (): Error => new HardwareError('TIMEOUT', 'too late');
const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((thrown: unknown) => String(thrown));

describe('waiting', () => {
  let clock: FakeClock;
  let controller: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    controller = new AbortController();
  });

  afterEach(() => {
    expect(clock.pending).to.equal(0);
    expect(getEventListeners(controller.signal, 'abort')).to.be.empty;
    clock.uninstall();
  });

  describe('sleep', () => {
    it('resolves when its time has come', async () => {
      const sleeping = outcome(sleep(clock, 100, controller.signal));
      await clock.pass(100);
      expect(await sleeping).to.equal(undefined);
    });

    it('rejects at once when it is aborted, with the reason', async () => {
      const sleeping = outcome(sleep(clock, 100, controller.signal));
      controller.abort(new HardwareError('STOPPING', 'over'));
      expect(await sleeping).to.equal('HardwareError: over');
    });

    it('rejects when it was aborted before', async () => {
      controller.abort();
      expect(await outcome(sleep(clock, 100, controller.signal))).to.equal('HardwareError: aborted');
    });
  });

  describe('abortReason', () => {
    it('keeps a HardwareError, and makes ABORTED of anything else', () => {
      controller.abort('because');
      const reason = abortReason(controller.signal);
      expect(reason).to.include({ code: 'ABORTED', cause: 'because' });
    });
  });

  describe('within', () => {
    it('gives what the work gives', async () => {
      expect(await within(clock, Promise.resolve(7), { ms: 100, late })).to.equal(7);
    });

    it('rejects as the work does', async () => {
      const work = Promise.reject(new TypeError('no'));
      expect(await outcome(within(clock, work, { ms: 100, late, signal: controller.signal }))).to.equal(
        'TypeError: no',
      );
    });

    it('rejects when the time is over', async () => {
      const waiting = outcome(
        within(clock, new Promise(() => undefined), { ms: 100, late, signal: controller.signal }),
      );
      await clock.pass(100);
      expect(await waiting).to.equal('HardwareError: too late');
    });

    it('rejects when it is aborted, also before', async () => {
      const limit = { ms: 100, late, signal: controller.signal };
      const waiting = outcome(within(clock, new Promise(() => undefined), limit));
      controller.abort(new HardwareError('STOPPING', 'over'));
      expect(await waiting).to.equal('HardwareError: over');
      expect(await outcome(within(clock, new Promise(() => undefined), limit))).to.equal('HardwareError: over');
    });
  });
});
