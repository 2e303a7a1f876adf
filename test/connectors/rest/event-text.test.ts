import { expect } from 'chai';
import fc from 'fast-check';
import {
  outputEvent,
  printPosition,
  readPosition,
  serviceEvent,
  snapshotEvent,
} from '../../../connectors/rest/event-text.js';
import type { Event } from '../../../core/message.js';

/** Line ends of every kind, quotes, half of a pair; text of all of Unicode would take a second to make. */
const awkward = fc.string({
  unit: fc.constantFrom('\r', '\n', '\u2028', '\u0000', '"', '\\', '-', '1', '∞', '\ud800'),
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const event = (details: Event['details']): Event => ({
  type: 'event',
  event: 'tripped',
  manager: 'hv',
  topic: 'hv/$event',
  timeMs: 0,
  epoch: 1,
  seq: 2,
  previous: 0,
  details,
});

describe('a server-sent event', () => {
  it('is named after its message, and says where the stream stands', () => {
    expect(text(outputEvent(event({}), { start: 35, serial: 36 }))).to.equal(
      'event: event\nid: z-10\ndata: {"type":"event","event":"tripped","manager":"hv","topic":"hv/$event","timeMs":0,"epoch":1,"seq":2,"previous":0,"details":{}}\n\n',
    );
  });

  it('has no position when it is about the connection', () => {
    expect(text(serviceEvent('goodbye', { reason: 'over' }))).to.equal(
      'event: goodbye\ndata: {"type":"goodbye","reason":"over"}\n\n',
    );
  });

  it('has the snapshot as one', () => {
    expect(text(snapshotEvent([], { start: 1, serial: 0 }))).to.equal(
      'event: snapshot\nid: 1-0\ndata: {"type":"snapshot","readings":[]}\n\n',
    );
  });

  it('is one event of three lines, whatever its text is', () => {
    fc.assert(
      fc.property(awkward, (words) => {
        const whole = text(outputEvent(event({ words }), { start: 1, serial: 1 }));
        return whole.split('\n').length === 5 && whole.endsWith('\n\n') && !whole.includes('\r');
      }),
    );
  });
});

describe('a position', () => {
  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), fc.nat(), (start, serial) => {
        fc.pre(start.toString(36).length <= 10);
        expect(readPosition(printPosition({ start, serial }))).to.deep.equal({ start, serial });
      }),
    );
  });

  it('of somebody else is none, and never a fault', () => {
    for (const foreign of ['', '1', '-', '1-', 'A-1', '1-2-3', ' 1-2', `${'1'.repeat(11)}-1`]) {
      expect(readPosition(foreign), foreign).to.be.undefined;
    }
    fc.assert(
      fc.property(awkward, (foreign) => {
        readPosition(foreign);
      }),
    );
  });
});
