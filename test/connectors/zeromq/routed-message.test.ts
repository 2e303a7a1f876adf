import { expect } from 'chai';
import fc from 'fast-check';
import { clientName, splitRouted } from '../../../connectors/zeromq/routed-message.js';

const frames = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'));
const shown = (parts: readonly Uint8Array[]) => parts.map((part) => Buffer.from(part).toString('latin1'));

const cases = [
  {
    name: 'a DEALER, whose envelope is its identity',
    message: frames('id', 'hello'),
    envelope: ['id'],
    body: ['hello'],
  },
  { name: 'a REQ, which puts a delimiter', message: frames('id', '', 'hello'), envelope: ['id', ''], body: ['hello'] },
  {
    name: 'a REQ behind a proxy',
    message: frames('proxy', 'id', '', 'hello'),
    envelope: ['proxy', 'id', ''],
    body: ['hello'],
  },
  { name: 'an empty request', message: frames('id', '', ''), envelope: ['id', ''], body: [''] },
  { name: 'a request without a body', message: frames('id'), envelope: ['id'], body: [] },
];

describe('splitRouted', () => {
  for (const { name, message, envelope, body } of cases) {
    it(`understands ${name}`, () => {
      const routed = splitRouted(message);
      expect({ envelope: shown(routed.envelope), body: shown(routed.body) }).to.deep.equal({ envelope, body });
    });
  }

  it('loses no frame, whatever a client sends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3 }), { minLength: 1 }), (message) => {
        const { envelope, body } = splitRouted(message);
        expect([...envelope, ...body]).to.deep.equal(message);
      }),
    );
  });
});

describe('clientName', () => {
  it('is the routing id that the client has chosen', () => {
    expect(clientName(splitRouted(frames('shift-2', '', 'hello')))).to.equal('shift-2');
  });

  it('is hex for an id that libzmq has made', () => {
    expect(clientName(splitRouted(frames('\x00\x80\x01', 'hello')))).to.equal('0x008001');
  });

  it('tells an id in hex from one that only looks like it', () => {
    expect(clientName(splitRouted(frames('0x008001', 'hello')))).to.not.equal('0x008001');
  });
});
