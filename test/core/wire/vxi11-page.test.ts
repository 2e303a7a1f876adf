import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { decodeCall, decodeReply } from '../../../core/wire/onc-rpc.js';
import { recordDecoder } from '../../../core/wire/rpc-record.js';
import { vxi11ErrorOf } from '../../../core/wire/vxi11-words.js';
import { decodeXdr } from '../../../core/wire/xdr.js';
import { fromHex } from './vectors.js';
import { programs, shownValue, typesOf, type Vxi11Vector } from './vxi11-vectors.js';

const page = readFileSync(new URL('../../../docs/protocols/vxi11.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```hex\n(.*?)```\s+```json\n(.*?)```/gs)];

describe('docs/protocols/vxi11.md', () => {
  it('shows examples', () => {
    expect(examples)
      .to.have.length(page.split('```hex').length - 1)
      .and.length.above(0);
  });

  examples.forEach(([, hex = '', json = '']) => {
    const vector = JSON.parse(json) as Omit<Vxi11Vector, 'name' | 'hex'>;
    it(`says what it means to ${vector.procedure}: the ${vector.direction}`, () => {
      const { number, type } = typesOf({ ...vector, name: '', hex });
      const [record, ...others] = new FrameReader({ decode: recordDecoder(4_096) }).feed(
        fromHex(hex.replace(/\s/g, '')),
      );
      expect(others).to.deep.equal([]);
      if (record?.type !== 'record') throw new Error('no record');
      const message = vector.direction === 'call' ? decodeCall(record.bytes) : decodeReply(record.bytes);
      const { program, version } = programs[vector.program];
      if (message.type === 'call') expect(message).to.include({ xid: vector.xid, program, version, procedure: number });
      else expect(message).to.have.property('xid', vector.xid);
      const bytes = message.type === 'call' ? message.args : resultsOf(message);
      const decoded = decodeXdr(type, bytes);
      expect(decoded.type === 'value' && shownValue(decoded.value)).to.deep.equal(vector.value);
    });
  });

  it('has the code of every error', () => {
    const rows = [...page.matchAll(/^\| ([\d, ]+)(?:, others)? \| ([A-Z_]+) \|/gm)];
    const codes = rows.flatMap(([, numbers = '', code]) => numbers.split(', ').map((number) => [Number(number), code]));
    expect(codes.map(([number]) => [number, vxi11ErrorOf(Number(number)).code])).to.deep.equal(codes);
    expect(codes).to.have.length(13);
  });
});

const resultsOf = (message: ReturnType<typeof decodeReply> | ReturnType<typeof decodeCall>): Uint8Array => {
  if (message.type !== 'reply' || message.outcome.type !== 'success') throw new Error('no reply of success');
  return message.outcome.results;
};
