import { expect } from 'chai';
import { HardwareError, type Problem } from '../../../../core/errors.js';
import type { Call } from '../../../../core/parameter.js';
import { replay, ReplayRoad, type Respond } from '../../../../managers/links/replay/replay.road.js';
import { fakeClock, type FakeClock } from '../../fake-station.js';
import { linkOver } from '../link-over.js';

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => `done: ${String(value)}`,
    (thrown: unknown) => (thrown instanceof HardwareError ? thrown.code : String(thrown)),
  );

describe('a link to a played instrument', () => {
  let clock: FakeClock;
  let call: Call;
  let controller: AbortController;

  const roadTo = (respond: Respond) => new ReplayRoad({ name: 'meter', clock, respond });
  const linkTo = (respond: Respond) => linkOver(clock, roadTo(respond));

  beforeEach(() => {
    clock = fakeClock();
    controller = new AbortController();
    call = { signal: controller.signal, deadline: clock.monotonic() + 10_000 };
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('answers a query in its time', async () => {
    const link = await linkTo(() => ({ answer: '1.5', afterMs: 300 }));
    const answer = codeOf(link.query('READ?', call));
    await clock.pass(300);
    expect(await answer).to.equal('done: 1.5');
    expect(clock.timerCount()).to.equal(0);
  });

  it('does not look for an answer before the pause is over', async () => {
    const link = await linkTo(() => ({ answer: '1.5' }));
    let isAnswered = false;
    const answer = link.query('READ?', call, { answerAfterMs: 4_000 }).then(() => (isAnswered = true));
    await clock.pass(3_999);
    expect(isAnswered).to.equal(false);
    await clock.pass(1);
    await answer;
  });

  it('gives a mute instrument 2 s', async () => {
    const startedAt = clock.monotonic();
    const answer = codeOf((await linkTo(() => ({}))).query('READ?', call)).then(
      (code) => `${code} ${clock.monotonic() - startedAt}`,
    );
    await clock.pass(5_000);
    expect(await answer).to.equal('TIMEOUT 2000');
  });

  it('never gives a late answer to a later question', async () => {
    const link = await linkTo((text) => (text === 'SLOW?' ? { answer: 'slow', afterMs: 3_000 } : {}));
    const slow = codeOf(link.query('SLOW?', call));
    await clock.pass(3_500);
    expect(await slow).to.equal('TIMEOUT');
    const mute = codeOf(link.query('MUTE?', call));
    await clock.pass(3_500);
    expect(await mute).to.equal('TIMEOUT');
  });

  it('fetches by read what a query was owed that was given up', async () => {
    const link = await linkTo(() => ({ answer: '1.5', afterMs: 500 }));
    const given = codeOf(link.query('READ?', call));
    await clock.pass(100);
    controller.abort(new HardwareError('STOPPING', 'stop'));
    expect(await given).to.equal('STOPPING');
    const read = link.read({ signal: new AbortController().signal, deadline: clock.monotonic() + 900 });
    await clock.pass(400);
    expect(await read).to.equal('1.5');
  });

  it('ends what is waited for when it is lost, and says so once', async () => {
    const road = roadTo(() => ({ answer: '1.5', afterMs: 500 }));
    const link = await linkOver(clock, road);
    const lost: Problem[] = [];
    link.lost.subscribe((reason) => lost.push(reason));
    const answer = codeOf(link.query('READ?', call));
    await clock.pass(100);
    road.lose('unplugged');
    road.lose('unplugged');
    await clock.pass(500);
    expect(await answer).to.equal('DISCONNECTED');
    expect(lost.map(({ message }) => message)).to.deep.equal(['TCPIP0::meter::5025::SOCKET: unplugged']);
  });

  it('takes nothing after it was closed', async () => {
    const link = await linkTo(() => ({}));
    await link.close();
    await link.close();
    expect(await codeOf(link.write('OPER', call))).to.equal('DISCONNECTED');
  });
});

describe('a recorded conversation', () => {
  const conversation = [{ send: 'OPER' }, { send: 'OUT?', answer: '1' }, { send: 'OUT?', answer: '2' }];

  it('is played word for word', () => {
    const respond = replay(conversation);
    expect(conversation.map(({ send }) => respond(send).answer)).to.deep.equal([undefined, '1', '2']);
  });

  it('is over after its last word', () => {
    const respond = replay(conversation);
    for (const { send } of conversation) respond(send);
    expect(() => respond('OUT?')).to.throw('is over');
  });

  it('begins again where it is told to', () => {
    const respond = replay(conversation, 1);
    for (const { send } of conversation) respond(send);
    expect([respond('OUT?').answer, respond('OUT?').answer, respond('OUT?').answer]).to.deep.equal(['1', '2', '1']);
  });

  it('names what it expected when it is asked for something else', () => {
    expect(() => replay(conversation)('*RST')).to.throw('goes on with "OPER", not with "*RST"');
  });
});
