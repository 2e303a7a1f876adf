import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { guardProcess } from '../../station/process-guard.js';

describe('the guard of the process', () => {
  let events: EventEmitter;
  let seen: string[];
  let nowMs: number;
  let unguard: () => void;

  beforeEach(() => {
    events = new EventEmitter();
    seen = [];
    nowMs = 0;
    const note = (what: string) => (): void => {
      seen.push(what);
    };
    unguard = guardProcess({
      events,
      monotonic: () => nowMs,
      onStop: (signal) => seen.push(`stop by ${signal}`),
      onForce: note('force'),
      onReload: note('reload'),
      onCrash: note('crash'),
      onSecondCrash: note('second crash'),
      onRejection: note('rejection'),
    });
  });

  const emitAt = (timeMs: number, event: string) => {
    nowMs = timeMs;
    events.emit(event);
  };

  it('stops on SIGTERM and on SIGINT', () => {
    emitAt(0, 'SIGTERM');
    expect(seen).to.deep.equal(['stop by SIGTERM']);
  });

  it('takes a second signal within 500 ms for the same wish: terminals send it twice', () => {
    emitAt(0, 'SIGINT');
    emitAt(499, 'SIGINT');
    emitAt(499, 'SIGTERM');
    expect(seen).to.deep.equal(['stop by SIGINT']);
  });

  it('forces the end on a later one', () => {
    emitAt(0, 'SIGINT');
    emitAt(500, 'SIGINT');
    expect(seen).to.deep.equal(['stop by SIGINT', 'force']);
  });

  it('reloads on SIGHUP, as often as it comes', () => {
    emitAt(0, 'SIGHUP');
    emitAt(1, 'SIGHUP');
    expect(seen).to.deep.equal(['reload', 'reload']);
  });

  it('does not try to be safe twice when that crashes as well', () => {
    emitAt(0, 'uncaughtException');
    emitAt(1, 'uncaughtException');
    expect(seen).to.deep.equal(['crash', 'second crash']);
  });

  it('survives a rejection that nobody listened to', () => {
    emitAt(0, 'unhandledRejection');
    expect(seen).to.deep.equal(['rejection']);
  });

  it('lets go of the process', () => {
    unguard();
    expect(events.eventNames()).to.deep.equal([]);
  });
});
