import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeCall,
  decodeReply,
  encodeCall,
  encodeReply,
  rpcRefusals,
  type RpcOutcome,
} from '../../../core/wire/onc-rpc.js';
import { fromHex, toHex } from './vectors.js';

const word = fc.nat(0xffff_ffff);
const body = fc.uint8Array({ maxLength: 60 });

const outcomes: { readonly [Type in RpcOutcome['type']]: { readonly outcome: RpcOutcome; readonly hex: string } } = {
  success: {
    outcome: { type: 'success', results: Uint8Array.of(1, 2, 3, 4) },
    hex: '00000000 0000000000000000 00000000 01020304',
  },
  programUnavailable: { outcome: { type: 'programUnavailable' }, hex: '00000000 0000000000000000 00000001' },
  versionMismatch: {
    outcome: { type: 'versionMismatch', lowest: 1, highest: 2 },
    hex: '00000000 0000000000000000 00000002 00000001 00000002',
  },
  procedureUnavailable: { outcome: { type: 'procedureUnavailable' }, hex: '00000000 0000000000000000 00000003' },
  garbageArguments: { outcome: { type: 'garbageArguments' }, hex: '00000000 0000000000000000 00000004' },
  systemError: { outcome: { type: 'systemError' }, hex: '00000000 0000000000000000 00000005' },
  rpcMismatch: { outcome: { type: 'rpcMismatch', lowest: 2, highest: 2 }, hex: '00000001 00000000 00000002 00000002' },
  authenticationRefused: { outcome: { type: 'authenticationRefused', status: 5 }, hex: '00000001 00000001 00000005' },
};

const bytesOf = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', ''));

describe('an RPC reply', () => {
  for (const { outcome, hex } of Object.values(outcomes)) {
    const reply = `00000007 00000001 ${hex}`;

    it(`is written: ${outcome.type}`, () => {
      expect(toHex(encodeReply({ xid: 7, outcome }))).to.equal(reply.replaceAll(' ', ''));
    });

    it(`is read: ${outcome.type}`, () => {
      expect(decodeReply(bytesOf(reply))).to.deep.equal({ type: 'reply', xid: 7, outcome });
    });
  }

  it('has words for each refusal', () => {
    expect(['success', ...Object.keys(rpcRefusals)]).to.have.members(Object.keys(outcomes));
  });

  it('in a state that RPC does not have is told', () => {
    expect(decodeReply(bytesOf('00000007 00000001 00000000 0000000000000000 00000006'))).to.deep.equal({
      type: 'bad',
      problem: 'reply state 6 is not known',
    });
  });

  it('is not taken for a call, nor a call for a reply', () => {
    const call = encodeCall({ xid: 1, program: 2, version: 3, procedure: 4, args: new Uint8Array(0) });
    expect(decodeReply(call)).to.have.property('problem', 'message type 0 is no reply');
    expect(decodeCall(bytesOf('00000007 00000001'))).to.have.property('problem', 'message type 1 is no call');
  });
});

describe('an RPC call', () => {
  it('may say who calls: it is not asked', () => {
    const credential = '00000001 00000008 0102030405060708';
    const call = decodeCall(
      bytesOf(`00000007 00000000 00000002 00000003 00000004 00000005 ${credential} 00000000 00000000 aabbccdd`),
    );
    expect(call.type === 'call' && toHex(call.args)).to.equal('aabbccdd');
  });

  it('with a credential beyond what RPC allows is refused', () => {
    const head = '00000007 00000000 00000002 00000003 00000004 00000005 00000001';
    expect(decodeCall(bytesOf(`${head} 00000191`))).to.have.property(
      'problem',
      'RPC message 401 bytes are over the limit of 400 bytes',
    );
  });

  it('in another version of RPC can still be answered', () => {
    expect(decodeCall(bytesOf('00000007 00000000 00000003'))).to.deep.equal({ type: 'foreign', xid: 7 });
  });

  it('is what was encoded', () => {
    fc.assert(
      fc.property(fc.record({ xid: word, program: word, version: word, procedure: word, args: body }), (call) => {
        expect(decodeCall(encodeCall(call))).to.deep.equal({ type: 'call', ...call });
      }),
    );
  });
});

describe('foreign bytes', () => {
  it('never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        decodeCall(bytes);
        decodeReply(bytes);
      }),
    );
  });
});
