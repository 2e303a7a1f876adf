import { expect } from 'chai';
import fc from 'fast-check';
import { createCompiler } from '../../../schemas/compiler.js';
import { checkForm, fieldsOf, limitsText, type Checked, type Typed } from '../../../web-debug/model/form.js';
import { numberText } from '../../../web-debug/model/number-text.js';

const setVoltage = {
  description: 'Programs the voltage',
  schema: {
    type: 'object',
    properties: {
      voltage: { type: 'number', description: 'Target' },
      speed: { enum: ['slow', 'fast'] },
      hold: { type: 'boolean' },
      steps: { type: 'integer', minimum: 1 },
      label: { type: 'string', maxLength: 5 },
      profile: { type: 'array', items: { type: 'number' } },
    },
    required: ['voltage'],
    additionalProperties: false,
  },
  units: { voltage: 'V' },
  busy: 'reject',
  busyScope: 'channel',
  target: 'channel',
  isUrgent: false,
} as const;
const channel = { id: 1, limits: { 'setVoltage.voltage': { minimum: 0, maximum: 26_000 } } };
const validate = createCompiler()(setVoltage.schema);
const check = (typed: Typed): Checked =>
  checkForm({ name: 'setVoltage', command: setVoltage, channel, typed, validate });

describe('the form of a command', () => {
  it('has a field for each argument, of the kind that its schema asks for', () => {
    const kinds = fieldsOf('setVoltage', setVoltage, channel).map(({ name, kind }) => `${name}: ${kind}`);
    expect(kinds).to.deep.equal([
      'voltage: number',
      'speed: choice',
      'hold: flag',
      'steps: number',
      'label: text',
      'profile: json',
    ]);
  });

  it('shows unit, limits of the channel and what must be filled in', () => {
    const [voltage] = fieldsOf('setVoltage', setVoltage, channel);
    expect(voltage).to.include({ unit: 'V', isRequired: true, description: 'Target' });
    expect(voltage?.limits).to.deep.equal({ minimum: 0, maximum: 26_000 });
  });

  it('takes the limits of the schema where the channel has none', () => {
    expect(fieldsOf('setVoltage', setVoltage, channel)[3]?.limits).to.deep.equal({ minimum: 1 });
  });

  it('has no field when the command has no argument', () => {
    expect(fieldsOf('abort', { ...setVoltage, schema: { type: 'object' } }, undefined)).to.deep.equal([]);
  });
});

describe('checking a form', () => {
  it('gives typed values to send; what is empty is left out', () => {
    const typed = { voltage: ' 1.8e4 ', speed: 'fast', hold: 'false', steps: '', label: '', profile: '[1, 2]' };
    expect(check(typed)).to.deep.equal({ arguments: { voltage: 18_000, speed: 'fast', hold: false, profile: [1, 2] } });
  });

  const refusals: readonly (readonly [typed: Typed, field: string, sentence: string])[] = [
    [{ voltage: '30000' }, 'voltage', 'voltage 30000 V is outside 0..26000 V'],
    [{ voltage: '-0.1' }, 'voltage', 'voltage -0.1 V is outside 0..26000 V'],
    [{}, 'voltage', 'setVoltage: needs "voltage"'],
    [{ voltage: 'much' }, 'voltage', 'voltage: "much" is not a number'],
    [{ voltage: '1,5' }, 'voltage', 'voltage: "1,5" is not a number; the decimal sign is a point: 1.5'],
    [{ voltage: '1e999' }, 'voltage', 'voltage: "1e999" is not a number'],
    [{ voltage: '1', steps: '1.5' }, 'steps', 'setVoltage: steps must be a whole number, not 1.5'],
    [{ voltage: '1', steps: '0' }, 'steps', 'setVoltage: steps must be >= 1, not 0'],
    [{ voltage: '1', label: 'too long' }, 'label', 'setVoltage: label must NOT have more than 5 characters'],
  ];
  for (const [typed, field, sentence] of refusals) {
    it(`refuses ${JSON.stringify(typed)} in the words of the gate`, () => {
      expect(check(typed)).to.deep.equal({ problems: { [field]: sentence } });
    });
  }

  it('says what is wrong with JSON', () => {
    const checked = check({ voltage: '1', profile: '[1,' });
    expect('problems' in checked && checked.problems['profile']).to.match(/^profile: not JSON: /);
  });

  it('lets through exactly the numbers that the limits let through', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (voltage) => {
        expect('arguments' in check({ voltage: String(voltage) })).to.equal(voltage >= 0 && voltage <= 26_000);
      }),
    );
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (voltage, profile) => {
        expect(check({ voltage, profile })).to.be.an('object');
      }),
    );
  });
});

describe('the text of limits', () => {
  it('names both ends, or the one that there is', () => {
    const texts = [{ minimum: 0, maximum: 25 }, { minimum: 1 }, { maximum: 9 }, undefined].map((limits) =>
      limitsText(limits, 'V', numberText),
    );
    expect(texts).to.deep.equal(['0 \u2026 25 V', '\u2265 1 V', '\u2264 9 V', '']);
  });
});
