import { expect } from 'chai';
import fc from 'fast-check';
import { jsonEncoding } from '../../../connectors/zeromq/json-encoding.js';
import { protobufEncoding } from '../../../connectors/zeromq/protobuf-encoding.js';
import { parseJson } from '../../../core/wire/json.js';
import { outputs, reading } from './outputs.js';
import { readProtobuf } from './protobuf-reader.js';

const readJson = (bytes: Uint8Array) => {
  const parsed = parseJson(Buffer.from(bytes).toString());
  return parsed.type === 'value' ? parsed.value : parsed.problem;
};

describe('the JSON payload', () => {
  it('is the output, as the native protocol writes it', () => {
    expect(Buffer.from(jsonEncoding.encode(reading(), false)).toString()).to.equal(
      '{"manager":"hv","topic":"hv/1/voltage","epoch":1768478400000,"seq":7,"previous":4,"timeMs":1768478401250.5,' +
        '"type":"reading","channel":1,"parameter":"voltage","value":14000.25,"unit":"V","quality":"good"}',
    );
  });

  it('marks what is repeated for a newcomer and keeps its stamps', () => {
    expect(readJson(jsonEncoding.encode(reading(), true))).to.deep.equal({ ...reading(), snapshot: true });
  });

  it('says how long the data in the frame behind it is', () => {
    const bytes = jsonEncoding.encode(reading({ data: new Uint8Array(5) }), false);
    expect(readJson(bytes)).to.deep.equal({ ...reading(), dataBytes: 5 });
  });

  it('gives back every output', () => {
    fc.assert(
      fc.property(outputs, (output) => {
        expect(readJson(jsonEncoding.encode(output, false))).to.deep.equal(output);
      }),
    );
  });
});

describe('the Protobuf payload', () => {
  const encoding = protobufEncoding();

  it('is this, byte for byte', () => {
    expect(Buffer.from(encoding.encode(reading(), false)).toString('hex')).to.equal(
      [
        '0a026876', // 1 manager "hv"
        '120c68762f312f766f6c74616765', // 2 topic "hv/1/voltage"
        '1880bc9b8cbc33', // 3 epoch
        '2007', // 4 seq
        '2804', // 5 previous
        '3100282e6e18bc7942', // 6 time_ms
        '621d', // 12 reading, 29 bytes
        '0a020802', // 1 channel, number 1 as zigzag
        '1207766f6c74616765', // 2 parameter
        '1a0919000000002058cb40', // 3 value, number 14000.25
        '220156', // 4 unit "V"
        '2801', // 5 quality GOOD
      ].join(''),
    );
  });

  it('marks what is repeated for a newcomer', () => {
    expect(readProtobuf(encoding.encode(reading(), true))).to.deep.equal({ ...reading(), snapshot: true });
  });

  for (const value of [-(2n ** 63n), -1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    it(`keeps the integer ${value} exact`, () => {
      expect(readProtobuf(encoding.encode(reading({ value }), false))).to.deep.equal(reading({ value }));
    });
  }

  it('refuses a channel that is no whole number', () => {
    expect(() => encoding.encode(reading({ channel: 1.5 }), false)).to.throw(
      RangeError,
      'channel 1.5 is no whole number',
    );
  });

  it('gives back every output', () => {
    fc.assert(
      fc.property(outputs, (output) => {
        expect(readProtobuf(encoding.encode(output, false))).to.deep.equal(output);
      }),
    );
  });
});
