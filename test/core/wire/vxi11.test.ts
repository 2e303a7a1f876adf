import { expect } from 'chai';
import { joinBytes } from '../../../core/wire/bytes.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { decodeCall, decodeReply, encodeCall, encodeReply } from '../../../core/wire/onc-rpc.js';
import { encodeRecord, recordDecoder } from '../../../core/wire/rpc-record.js';
import { vxi11 } from '../../../core/wire/vxi11.js';
import { vxi11ErrorOf, vxi11Errors } from '../../../core/wire/vxi11-words.js';
import { decodeXdr, encodeXdr } from '../../../core/wire/xdr.js';
import { fromHex, toHex } from './vectors.js';
import { programs, shownValue, typesOf, valueOf, vxi11Vectors } from './vxi11-vectors.js';

const messageOf = (hex: string): Uint8Array => {
  const [frame] = new FrameReader({ decode: recordDecoder(65_536) }).feed(fromHex(hex));
  if (frame?.type !== 'record') throw new Error('no record');
  return frame.bytes;
};

describe('VXI-11 and its portmapper', () => {
  for (const vector of vxi11Vectors) {
    const { name, direction, hex, xid, value } = vector;
    const { number, type } = typesOf(vector);
    const { program, version } = programs[vector.program];

    it(`reads: ${name}`, () => {
      const message = direction === 'call' ? decodeCall(messageOf(hex)) : decodeReply(messageOf(hex));
      if (message.type === 'call') expect(message).to.include({ xid, program, version, procedure: number });
      if (message.type === 'reply')
        expect(message).to.deep.include({ xid }).and.nested.property('outcome.type', 'success');
      const bytes =
        message.type === 'call'
          ? message.args
          : message.type === 'reply' && message.outcome.type === 'success'
            ? message.outcome.results
            : undefined;
      const decoded = decodeXdr(type, bytes ?? new Uint8Array(0));
      expect(decoded.type === 'value' && shownValue(decoded.value)).to.deep.equal(value);
    });

    it(`writes: ${name}`, () => {
      const body = encodeXdr(type, valueOf(value));
      const message =
        direction === 'call'
          ? encodeCall({ xid, program, version, procedure: number, args: body })
          : encodeReply({ xid, outcome: { type: 'success', results: body } });
      expect(toHex(encodeRecord(message))).to.equal(hex);
    });
  }

  it('has a vector of each procedure', () => {
    const known = Object.values(programs).flatMap(({ procedures }) => Object.keys(procedures));
    const calls = vxi11Vectors.filter(({ direction }) => direction === 'call').map(({ procedure }) => procedure);
    expect(new Set(calls)).to.deep.equal(new Set(known));
  });

  it('reads an answer that is padded beyond its end, as some instruments do', () => {
    const padded = joinBytes([encodeXdr(vxi11.write.result, { error: 0, size: 7 }), new Uint8Array(8)]);
    expect(decodeXdr(vxi11.write.result, padded)).to.deep.equal({ type: 'value', value: { error: 0, size: 7 } });
  });

  it('refuses an answer that ends early', () => {
    expect(decodeXdr(vxi11.write.result, new Uint8Array(6))).to.deep.equal({
      type: 'bad',
      problem: 'ends at byte 6, 4 bytes wanted at 4',
    });
  });

  it('refuses a handle of more than 40 bytes, on both sides', () => {
    const { args } = vxi11.enableSrq;
    expect(() => encodeXdr(args, { lid: 1, enable: true, handle: new Uint8Array(41) })).to.throw(
      RangeError,
      '41 bytes',
    );
    const bytes = joinBytes([fromHex('000000010000000100000029'), new Uint8Array(44)]);
    expect(decodeXdr(args, bytes)).to.have.property('problem', '41 bytes are over the limit of 40 bytes');
  });
});

describe('vxi11ErrorOf', () => {
  it('has the words of each error', () => {
    expect(vxi11ErrorOf(11)).to.equal(vxi11Errors.locked);
    expect(vxi11ErrorOf(15).code).to.equal('TIMEOUT');
  });

  it('takes a number of no table for a fault of the instrument', () => {
    expect(vxi11ErrorOf(99)).to.have.property('code', 'DEVICE_FAULT');
  });
});
