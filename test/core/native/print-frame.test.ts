import { expect } from 'chai';
import type { Output, Reading } from '../../../core/message.js';
import { printFrame } from '../../../core/native/print-frame.js';
import { readStationFrame } from '../../../core/native/station-frame.js';

const reading: Reading = {
  type: 'reading',
  channel: 1,
  parameter: 'voltage',
  value: 1.5,
  unit: 'V',
  quality: 'good',
  manager: 'hv',
  topic: 'hv/1/voltage',
  epoch: 1_700_000_000_000,
  seq: 3,
  previous: 1,
  timeMs: 1_700_000_000_123,
};

type ReadingOutput = Extract<Output, { type: 'reading' }>;
const withData = (bytes: number): ReadingOutput => ({ ...reading, data: new Uint8Array(bytes) });

describe('a printed frame', () => {
  it('is the JSON of the output', () => {
    expect(JSON.parse(printFrame(reading))).to.deep.equal(reading);
  });

  it('is read back as it was', () => {
    expect(readStationFrame(printFrame(reading))).to.deep.equal(reading);
  });

  it('keeps a 64-bit integer exactly', () => {
    const value = 2n ** 63n - 1n;
    expect(printFrame({ ...reading, value })).to.contain('"value":9223372036854775807');
    expect(readStationFrame(printFrame({ ...reading, value }))).to.include({ value });
  });

  it('says null for what JSON cannot say, beside a 64-bit integer too', () => {
    expect(printFrame({ ...reading, value: Number.NaN })).to.contain('"value":null');
    expect(printFrame({ ...reading, value: [Number.POSITIVE_INFINITY, 2n ** 60n] })).to.contain(
      '[null,1152921504606846976]',
    );
  });

  it('leaves binary data behind and says how much it is', () => {
    const frame: unknown = JSON.parse(printFrame(withData(300)));
    expect(frame).to.deep.equal({ ...reading, dataBytes: 300 });
  });

  it('leaves it behind in a snapshot too', () => {
    const text = printFrame({ type: 'snapshot', readings: [withData(5), reading], id: 1 });
    expect(JSON.parse(text)).to.deep.equal({
      type: 'snapshot',
      readings: [{ ...reading, dataBytes: 5 }, reading],
      id: 1,
    });
  });

  it('prints no field that is undefined', () => {
    expect(printFrame({ type: 'ping' })).to.equal('{"type":"ping"}');
  });
});

describe('the reader of station frames', () => {
  it('passes over what it does not know, for a newer station may say it', () => {
    expect(readStationFrame('{"type":"weather","rain":true}')).to.equal(undefined);
    expect(readStationFrame('{"type":"constructor"}')).to.equal(undefined);
  });

  it('passes over what lacks a field that it relies on', () => {
    expect(readStationFrame(JSON.stringify({ ...reading, topic: undefined }))).to.equal(undefined);
    expect(readStationFrame(JSON.stringify({ ...reading, seq: '3' }))).to.equal(undefined);
    expect(readStationFrame('{"type":"snapshot","readings":{}}')).to.equal(undefined);
    expect(readStationFrame('{"type":"error","problem":[]}')).to.equal(undefined);
    expect(readStationFrame('nonsense')).to.equal(undefined);
  });
});
