import { expect } from 'chai';
import fc from 'fast-check';
import { HardwareError } from '../../../core/errors.js';
import { faultKinds, FaultPlan, type Fault } from '../../../simulators/instrument/fault.js';
import { faultForms, faultWords, parseFault } from '../../../simulators/instrument/fault-words.js';

const said: Readonly<Record<string, Fault>> = {
  silent: { kind: 'silent' },
  '  SILENT  once ': { kind: 'silent', times: 1 },
  slow: { kind: 'slow', ms: 500 },
  'slow 20 every 3': { kind: 'slow', ms: 20, every: 3 },
  'slow every 3 20': { kind: 'slow', ms: 20, every: 3 },
  'late 4000': { kind: 'late', ms: 4_000 },
  'garbage 3 times': { kind: 'garbage', times: 3 },
  'partial 2 times every 5': { kind: 'partial', times: 2, every: 5 },
  disconnect: { kind: 'disconnect' },
  'power-cycle 100 once': { kind: 'power-cycle', ms: 100, times: 1 },
  error: { kind: 'error', code: -310, text: 'System error' },
  'error -222 "Data out of range"': { kind: 'error', code: -222, text: 'Data out of range' },
  'error -222, Data out of range': { kind: 'error', code: -222, text: 'Data out of range' },
  'error 5 once': { kind: 'error', code: 5, text: '', times: 1 },
  'late 3600000 every 1000000': { kind: 'late', ms: 3_600_000, every: 1_000_000 },
};

const nonsense: Readonly<Record<string, RegExp>> = {
  '': /"" is no fault; there are: silent, slow/,
  loud: /"loud" is no fault/,
  'slow fast': /"fast": slow takes milliseconds such as 500/,
  'silent 5': /"5": silent takes nothing more/,
  'slow every 0': /^every 0 is outside 1\.\.1000000$/,
  'silent 0 times': /^times 0 is outside 1\.\.1000000$/,
  'silent every 1000001': /^every 1000001 is outside 1\.\.1000000$/,
  'slow 3600001': /^slow 3600001 is outside 0\.\.3600000$/,
  'error 32768': /^error 32768 is outside -32768\.\.32767$/,
  'error what': /"what" is no error entry; write one as -222/,
  constructor: /"constructor" is no fault/,
};

describe('a fault in words', () => {
  for (const [words, fault] of Object.entries(said))
    it(`is understood: ${words}`, () => {
      expect(parseFault(words)).to.deep.equal(fault);
    });

  for (const [words, why] of Object.entries(nonsense))
    it(`is refused: "${words}"`, () => {
      expect(() => parseFault(words)).to.throw(HardwareError, why);
    });

  it('is understood again when it is said back', () => {
    for (const words of Object.keys(said)) {
      const fault = parseFault(words);
      expect(parseFault(faultWords(fault))).to.deep.equal(fault);
    }
  });

  it('has a form and a meaning for each kind', () => {
    expect(faultForms.map(([form]) => form.split(' ')[0])).to.deep.equal(Object.keys(faultKinds));
  });

  it('is refused in words, whatever is said', () => {
    const part = fc.constantFrom('silent', 'slow', 'error', 'every', 'once', 'times', '-1', '99999999', '"', 'é', '\n');
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 8 }), (parts) => {
        try {
          parseFault(parts.join(' '));
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(HardwareError);
        }
      }),
    );
  });
});

describe('a plan of faults', () => {
  const kindsOf = (plan: FaultPlan, answers: number): readonly string[] =>
    Array.from({ length: answers }, () =>
      plan
        .forAnswer()
        .map(({ kind }) => kind)
        .join('+'),
    );

  it('lets answers be until it has a fault, and again when that is taken away', () => {
    const plan = new FaultPlan();
    expect(kindsOf(plan, 2)).to.deep.equal(['', '']);
    plan.add({ kind: 'silent' });
    expect(kindsOf(plan, 2)).to.deep.equal(['silent', 'silent']);
    plan.replace([]);
    expect(kindsOf(plan, 2)).to.deep.equal(['', '']);
  });

  it('counts answers, and times', () => {
    const plan = new FaultPlan();
    plan.replace([{ kind: 'garbage', every: 3, times: 2 }]);
    expect(kindsOf(plan, 10)).to.deep.equal(['', '', 'garbage', '', '', 'garbage', '', '', '', '']);
    expect(plan.faults).to.deep.equal([]);
  });

  it('is late only once unless it is told otherwise', () => {
    const plan = new FaultPlan();
    plan.replace([{ kind: 'late', ms: 1 }]);
    expect(kindsOf(plan, 2)).to.deep.equal(['late', '']);
    plan.replace([{ kind: 'late', ms: 1, times: 2 }]);
    expect(kindsOf(plan, 3)).to.deep.equal(['late', 'late', '']);
  });

  it('lets several befall one answer', () => {
    const plan = new FaultPlan();
    plan.replace([
      { kind: 'slow', ms: 5 },
      { kind: 'partial', every: 2 },
    ]);
    expect(kindsOf(plan, 2)).to.deep.equal(['slow', 'slow+partial']);
  });
});
