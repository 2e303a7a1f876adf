import { expect } from 'chai';
import { template } from '../../../core/driver-file/template.js';
import { CommandSet } from '../../../simulators/instrument/command-set.js';
import { MAX_MESSAGE_BYTES } from '../../../simulators/instrument/input-buffer.js';
import { FakeClock } from '../../support/fake-clock.js';
import { instrumentOf, Talk } from './talk.js';

describe('the commands of a simulated instrument', () => {
  let clock: FakeClock;
  let talk: Talk;

  beforeEach(() => {
    clock = new FakeClock();
    talk = new Talk(instrumentOf('keysight-e36300', clock));
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('are 1000 at most in one message', () => {
    talk.tell('*CLS' + ';:VOLT 1'.repeat(999));
    expect(talk.ask('SYST:ERR?;:VOLT?')).to.match(/^\+0,"No error";\+?1\.0/);
  });

  it('are refused as an overrun when there are more, and none of them is done', () => {
    talk.tell('*CLS' + ';:VOLT 1'.repeat(1_000));
    expect(talk.ask('SYST:ERR?;:VOLT?')).to.match(/^-363,"Input buffer overrun";\+?0\.0/);
  });

  it('are dropped when the message is too long', () => {
    talk.tell(`VOLT 1${' '.repeat(MAX_MESSAGE_BYTES)}`);
    expect(talk.ask('SYST:ERR?;:VOLT?')).to.match(/^-363,"Input buffer overrun";\+?0\.0/);
  });

  it('are not looked for behind a command error', () => {
    const wanted = template('VOLTage {value}');
    const looked: string[] = [];
    const match = (header: string) => {
      looked.push(header);
      return undefined;
    };
    const set = new CommandSet([
      { template: { ...wanted, header: { ...wanted.header, match } }, handle: () => undefined },
    ]);
    expect(set.actionsOf('A:B 1;C 1;D 1')).to.have.length(1);
    expect(looked).to.deep.equal(['A:B', 'SOURce:A:B']);
  });
});
