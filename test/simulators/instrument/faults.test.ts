import { expect } from 'chai';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { FakeClock } from '../../support/fake-clock.js';
import { instrumentOf, Talk } from './talk.js';

const QUESTION = 'VOLT? (@1)';
const ANSWER = '+0.00000000E+00';

describe('a simulated instrument that is', () => {
  let clock: FakeClock;
  let supply: SimulatedInstrument;
  let talk: Talk;

  beforeEach(() => {
    clock = new FakeClock();
    supply = instrumentOf('keysight-e36300', clock, { model: 'E36313A' });
    talk = new Talk(supply);
  });

  afterEach(() => {
    supply.close();
    expect(clock.pending).to.equal(0);
    clock.uninstall();
  });

  it('silent does what it is told, and answers nothing', async () => {
    supply.faults.add({ kind: 'silent', times: 1 });
    expect(talk.ask(`VOLT 5,(@1);${QUESTION}`)).to.equal('');
    await clock.pass(60_000);
    expect(talk.read()).to.equal('');
    expect(supply.read('voltageSetpoint', 1)).to.equal(5);
    talk.session.clear();
    expect(talk.ask(QUESTION)).to.equal('+5.00000000E+00');
  });

  it('slow answers so much later', async () => {
    supply.faults.add({ kind: 'slow', ms: 300 });
    expect(talk.ask(QUESTION)).to.equal('');
    await clock.pass(299);
    expect(talk.read()).to.equal('');
    await clock.pass(1);
    expect(talk.read()).to.equal(ANSWER);
  });

  it('slow does what comes meanwhile after that, in order', async () => {
    supply.faults.add({ kind: 'slow', ms: 300, times: 1 });
    const stream = supply.connect();
    stream.write(Buffer.from(`${QUESTION}\n*OPC?\n`), false);
    await clock.pass(299);
    expect(stream.take(100)).to.equal(undefined);
    await clock.pass(1);
    const text = () => Buffer.from(stream.take(100)?.bytes ?? []).toString();
    expect([text(), text()]).to.deep.equal([`${ANSWER}\n`, '1\n']);
  });

  it('slow gives its answer before those that come after it, to a server that takes what it hears of', async () => {
    supply.faults.add({ kind: 'slow', ms: 300, times: 1 });
    const heard: string[] = [];
    talk.session.answers.subscribe(() => {
      for (let piece = talk.session.take(100); piece !== undefined; piece = talk.session.take(100))
        heard.push(Buffer.from(piece.bytes).toString());
    });
    talk.session.write(Buffer.from(`${QUESTION}\n*OPC?\n`), false);
    await clock.pass(300);
    expect(heard).to.deep.equal([`${ANSWER}\n`, '1\n']);
  });

  it('late gives the answer after the client has given up, unless it clears', async () => {
    supply.faults.add({ kind: 'late', ms: 3_000 });
    talk.tell(QUESTION);
    await clock.pass(3_000);
    expect(talk.read()).to.equal(ANSWER);
    supply.faults.add({ kind: 'late', ms: 3_000 });
    talk.tell(QUESTION);
    await clock.pass(2_000);
    talk.session.clear();
    await clock.pass(3_000);
    expect(talk.read()).to.equal('');
    expect(talk.ask('*OPC?')).to.equal('1');
  });

  it('garbling answers with as many bytes, none of which is right', () => {
    supply.faults.add({ kind: 'garbage', times: 1 });
    const garbage = talk.ask(QUESTION);
    expect(garbage).to.have.length(ANSWER.length);
    for (const [index, character] of Array.from(garbage).entries()) expect(character).to.not.equal(ANSWER[index]);
    expect(garbage).to.match(/^[\x80-\xff]+$/);
    expect(talk.ask(QUESTION)).to.equal(ANSWER);
  });

  it('stuck gives the first half of an answer, and never its end', async () => {
    supply.faults.add({ kind: 'partial', times: 1 });
    talk.tell(QUESTION);
    const piece = talk.session.take(100);
    expect(Buffer.from(piece?.bytes ?? []).toString()).to.equal(ANSWER.slice(0, 8));
    expect(piece?.isEnd).to.equal(false);
    await clock.pass(60_000);
    expect(talk.session.take(100)).to.equal(undefined);
  });

  it('cut off gives the first half, then the connection is gone', () => {
    supply.faults.add({ kind: 'disconnect', times: 1 });
    let half = '';
    talk.session.answers.subscribe(() => (half += Buffer.from(talk.session.take(100)?.bytes ?? []).toString()));
    talk.tell(QUESTION);
    expect([half, talk.cuts, supply.connections]).to.deep.equal([ANSWER.slice(0, 8), 1, 0]);
    expect(new Talk(supply).ask(QUESTION)).to.equal(ANSWER);
  });

  it('switched off in mid-answer cuts everybody, and comes back with nothing of what was set', async () => {
    const other = new Talk(supply);
    other.tell('VOLT 5,(@1);OUTP 1,(@1);*ESR?');
    supply.faults.add({ kind: 'power-cycle', ms: 2_000, times: 1 });
    talk.tell(QUESTION);
    expect([talk.read(), talk.cuts, other.cuts, supply.isOn]).to.deep.equal(['', 1, 1, false]);
    expect(new Talk(supply).ask('*IDN?')).to.equal('');
    await clock.pass(2_000);
    expect(supply.isOn).to.equal(true);
    expect(new Talk(supply).ask(`*ESR?;OUTP? (@1);${QUESTION}`)).to.equal(`128;0;${ANSWER}`);
  });

  it('at fault by itself says so in its error queue, and answers', () => {
    supply.faults.add({ kind: 'error', code: -310, text: 'System error', times: 1 });
    expect(talk.ask(QUESTION)).to.equal(ANSWER);
    expect(talk.ask('SYST:ERR?')).to.equal('-310,"System error"');
    expect(talk.ask('SYST:ERR?')).to.equal('+0,"No error"');
  });

  it('failing in two ways at once is slow, and garbles', async () => {
    supply.faults.replace([{ kind: 'slow', ms: 100 }, { kind: 'garbage' }]);
    talk.tell(QUESTION);
    expect(talk.read()).to.equal('');
    await clock.pass(100);
    expect(talk.read()).to.match(/^[\x80-\xff]{15}$/);
  });

  it('switched off is switched on only once, whoever does it', async () => {
    supply.powerCycle(1_000);
    supply.switchOn();
    const client = new Talk(supply);
    client.tell('VOLT 5,(@1)');
    await clock.pass(5_000);
    expect(client.ask(QUESTION)).to.equal('+5.00000000E+00');
    supply.powerCycle(1_000);
    supply.switchOff();
    await clock.pass(5_000);
    expect(supply.isOn).to.equal(false);
  });
});
