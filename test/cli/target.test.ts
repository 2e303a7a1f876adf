import { expect } from 'chai';
import type { CommandDescription, Description } from '../../core/description.js';
import type { JsonObject } from '../../core/json-value.js';
import { CliError } from '../../cli/exit.js';
import { callArguments, typedValue, writeTarget } from '../../cli/target.js';

const command = (required: readonly string[], properties: JsonObject): CommandDescription => ({
  description: 'A command',
  schema: { type: 'object', properties, required, additionalProperties: false },
  units: {},
  busy: 'reject',
  busyScope: 'channel',
  target: 'channel',
  isUrgent: false,
});

const rack: Description = {
  name: 'hv',
  kind: 'hv',
  description: 'A rack',
  version: 1,
  state: 'online',
  channels: [{ id: 1, limits: {} }],
  parameters: {
    voltage: { description: 'Measured', schema: { type: 'number' }, unit: 'V', scope: 'channel' },
    current: { description: 'Measured', schema: { type: 'number' }, unit: 'A', scope: 'channel' },
    mode: { description: 'Mode', schema: { type: 'string' }, scope: 'channel', writtenBy: 'setMode' },
  },
  commands: {
    setVoltage: command(['voltage'], { voltage: { type: 'number' } }),
    setMode: command(['value'], { value: { type: 'string' } }),
    check: command(['voltage', 'timeout'], { voltage: { type: 'number' }, timeout: { type: 'number' } }),
  },
};

const refusal = (work: () => unknown): CliError => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

describe('what `busbar set` sends', () => {
  it('is the command set<Parameter> with its one argument', () => {
    expect(writeTarget([rack], 'hv/1/voltage', '1000')).to.deep.equal({
      manager: 'hv',
      channel: '1',
      command: 'setVoltage',
      arguments: { voltage: 1000 },
    });
  });

  it("is the parameter's own writer where it has one", () => {
    expect(writeTarget([rack], 'hv/1/mode', 'fast')).to.deep.include({
      command: 'setMode',
      arguments: { value: 'fast' },
    });
  });

  it('leaves the channel out for an address without one', () => {
    expect(writeTarget([rack], 'hv/mode', 'fast')).not.to.have.property('channel');
  });

  it('refuses a parameter that is read only and lists the commands', () => {
    const error = refusal(() => writeTarget([rack], 'hv/1/current', '1'));
    expect(error.exitCode).to.equal(1);
    expect(error.message).to.contain('read only').and.contain('setVoltage');
  });

  it('suggests the parameter that was meant', () => {
    expect(refusal(() => writeTarget([rack], 'hv/1/curent', '1')).message).to.contain('did you mean "current"?');
  });

  it('suggests the manager that was meant', () => {
    expect(refusal(() => writeTarget([rack], 'hw/1/voltage', '1')).message).to.contain('there are: hv');
  });

  it('calls an address that is none a usage error', () => {
    expect(refusal(() => writeTarget([rack], 'voltage', '1')).exitCode).to.equal(2);
  });
});

describe('a word of the shell', () => {
  it('becomes what the schema wants', () => {
    expect(typedValue('12', { type: 'number' })).to.equal(12);
    expect(typedValue('12', { type: 'string' })).to.equal('12');
    expect(typedValue('on', { type: 'boolean' })).to.equal(true);
    expect(typedValue('[1,2]', {})).to.deep.equal([1, 2]);
  });

  it('is sent as text when it does not fit, for the station to refuse with its reason', () => {
    expect(typedValue('high', { type: 'number' })).to.equal('high');
  });
});

describe('the arguments of `busbar call`', () => {
  const { check, setVoltage } = rack.commands;

  it('are name=value words', () => {
    if (check === undefined) throw new Error('no command');
    expect(callArguments(check, ['voltage=5', 'timeout=2.5'])).to.deep.equal({ voltage: 5, timeout: 2.5 });
  });

  it('may be one bare value where the command needs one', () => {
    if (setVoltage === undefined) throw new Error('no command');
    expect(callArguments(setVoltage, ['-5'])).to.deep.equal({ voltage: -5 });
  });

  it('must be named where it needs several', () => {
    if (check === undefined) throw new Error('no command');
    expect(refusal(() => callArguments(check, ['5'])).message).to.contain('voltage, timeout');
  });
});
