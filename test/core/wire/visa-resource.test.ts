import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { HardwareError } from '../../../core/errors.js';
import { canonicalResource, parseResource, resourceForms, type Resource } from '../../../core/wire/visa-resource.js';

type Vectors = {
  readonly good: readonly { readonly text: string; readonly canonical: string; readonly resource: Resource }[];
  readonly bad: readonly { readonly text: string; readonly says: string }[];
};

const { good, bad } = JSON.parse(
  readFileSync(new URL('../../vectors/visa-resource.json', import.meta.url), 'utf8'),
) as Vectors;

const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/);
const path = fc.stringMatching(/^\/dev\/[A-Za-z0-9._-]{1,12}$/);
const board = fc.nat(255);
const port = fc.integer({ min: 1, max: 65_535 });
const device = word.filter((text) => !/^hislip|^[0-9]+$/.test(text) && !/^(instr|socket|intfc|raw)$/.test(text));
const address = fc.nat(30);

/** Every resource that can be written. */
const anyResource: fc.Arbitrary<Resource> = fc.oneof(
  fc.record({ type: fc.constant('socket' as const), board, host: word, port }),
  fc.record(
    { type: fc.constant('vxi11' as const), board, host: word, port, device },
    { requiredKeys: ['type', 'board', 'host', 'device'] },
  ),
  fc.record({
    type: fc.constant('hislip' as const),
    board,
    host: word,
    port,
    device: fc.nat(9).map((n) => `hislip${n}`),
  }),
  fc.record({ type: fc.constant('serial' as const), path }),
  fc.record(
    { type: fc.constant('gpib' as const), board, primary: address, secondary: address },
    { requiredKeys: ['type', 'board', 'primary'] },
  ),
  fc.record({ type: fc.constant('prologix-tcp' as const), board, host: word, port }),
  fc.record({ type: fc.constant('prologix-serial' as const), board, path }),
  fc.record({
    type: fc.constant('usbtmc' as const),
    board,
    vendor: fc.nat(0xffff),
    product: fc.nat(0xffff),
    serial: fc.stringMatching(/^[A-Z0-9]{4,12}$/),
    usbInterface: fc.nat(255),
  }),
  fc.record({ type: fc.constant('usbtmc-file' as const), path: fc.nat(99).map((n) => `/dev/usbtmc${n}`) }),
  fc.record({ type: fc.constant('modbus-tcp' as const), host: word, port, unit: fc.nat(255) }),
  fc.record({ type: fc.constant('modbus-rtu' as const), path, unit: fc.nat(247) }),
  fc.record({ type: fc.constant('replay' as const), path }),
);

const outcome = (text: string): unknown => {
  try {
    return parseResource(text).type;
  } catch (thrown) {
    return thrown;
  }
};

describe('a resource string', () => {
  for (const { text, canonical, resource } of good) {
    it(`is read: ${text}`, () => {
      expect(parseResource(text)).to.deep.equal(resource);
      expect(canonicalResource(resource)).to.equal(canonical);
    });
  }

  for (const { text, says } of bad) {
    it(`is refused: ${text}`, () => {
      const thrown = outcome(text);
      expect(thrown).to.be.instanceOf(HardwareError);
      expect(thrown).to.include({ code: 'BAD_ARGUMENT' });
      expect(String(thrown)).to.contain(says);
    });
  }

  it('is refused with every form there is', () => {
    for (const form of Object.values(resourceForms)) expect(() => parseResource('?')).to.throw(form);
  });

  it('is not repeated whole when somebody pasted a book', () => {
    expect(String(outcome('x'.repeat(100_000))).length).to.be.below(2_000);
  });

  it('in canonical form reads as what it was made of', () => {
    fc.assert(
      fc.property(anyResource, (resource) => {
        expect(parseResource(canonicalResource(resource))).to.deep.equal(resource);
      }),
    );
  });

  it('has one canonical form', () => {
    fc.assert(
      fc.property(anyResource, (resource) => {
        const canonical = canonicalResource(resource);
        expect(canonicalResource(parseResource(canonical))).to.equal(canonical);
      }),
    );
  });

  it('never throws anything but a refusal', () => {
    const pieces = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('TCPIP', 'GPIB0', 'USB', 'MODBUS-TCP', 'INSTR', 'SOCKET', '::', '0x', ',')),
    );
    fc.assert(
      fc.property(pieces, (texts) => {
        const result = outcome(texts.join(''));
        expect(
          typeof result === 'string' || (result instanceof HardwareError && result.code === 'BAD_ARGUMENT'),
        ).to.equal(true);
      }),
    );
  });
});
