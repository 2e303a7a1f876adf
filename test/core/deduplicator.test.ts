import { expect } from 'chai';
import fc from 'fast-check';
import { Deduplicator } from '../../core/deduplicator.js';
import type { Answer } from '../support/answers.js';
import { answerOf } from '../support/answers.js';
import type { Command, OutputBody } from '../../core/message.js';
import { commandOf } from '../support/commands.js';
import { FakeClock } from '../support/fake-clock.js';

describe('Deduplicator', () => {
  let clock: FakeClock;
  let deduplicator: Deduplicator;
  let said: OutputBody[];

  const publish = (body: OutputBody): void => {
    said.push(body);
    if (body.type === 'reply' || body.type === 'failure') deduplicator.settle(answerOf(body));
  };
  const withId = (id: string | number, session = 'night'): Command =>
    commandOf({ id, origin: { connector: 'ws', peer: '1', session } });
  const claim = (command: Command): 'new' | 'repeat' => deduplicator.claim(command, publish);
  const reply = (command: Command): Answer => answerOf({ type: 'reply', command, value: { of: command.reference } });

  beforeEach(() => {
    clock = new FakeClock();
    deduplicator = new Deduplicator({ clock });
    said = [];
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('joins a repeat to the running command, and answers it when that is answered', () => {
    const [first, second] = [withId(1), withId(1)];
    expect([claim(first), claim(second)]).to.deep.equal(['new', 'repeat']);
    expect(said).to.be.empty;
    deduplicator.settle(reply(first));
    expect(said).to.deep.equal([{ type: 'reply', command: second, value: { of: first.reference } }]);
  });

  it('gives a later repeat the stored answer, a failure too', () => {
    const [first, second] = [withId('a'), withId('a')];
    claim(first);
    const problem = { code: 'TIMEOUT', message: 'late' } as const;
    deduplicator.settle(answerOf({ type: 'failure', command: first, problem }));
    expect(claim(second)).to.equal('repeat');
    expect(said).to.deep.equal([{ type: 'failure', command: second, problem }]);
  });

  it('tells sessions apart, and the number 1 from the text "1"', () => {
    const commands = [withId(1), withId('1'), withId(1, 'day'), commandOf({ id: 1 }), commandOf()];
    expect(commands.map(claim)).to.deep.equal(['new', 'new', 'new', 'new', 'new']);
  });

  it('takes a peer without a session for a session of its own', () => {
    const from = (peer: string): Command => commandOf({ id: 1, origin: { connector: 'ws', peer } });
    expect([claim(from('1')), claim(from('2')), claim(from('1'))]).to.deep.equal(['new', 'new', 'repeat']);
  });

  it('cannot be led to mix up a session and an id by their letters', () => {
    const commands = [
      withId('x', 'a string y'),
      withId('y string x', 'a'),
      withId('1\nstring x', 'a'),
      withId('x', 'a\nstring 1'),
    ];
    expect(commands.map(claim)).to.deep.equal(['new', 'new', 'new', 'new']);
  });

  it('never judges by content: without an id nothing is a repeat', () => {
    expect([commandOf(), commandOf()].map(claim)).to.deep.equal(['new', 'new']);
    expect(deduplicator.size).to.equal(0);
  });

  it('lets 64 repeats wait, and refuses more without answering the first', () => {
    const first = withId(1);
    claim(first);
    for (let index = 0; index < 64; index += 1) claim(withId(1));
    expect(said).to.be.empty;
    const tooMany = withId(1);
    expect(claim(tooMany)).to.equal('repeat');
    expect(said).to.have.length(1);
    expect(said[0]).to.deep.include({ type: 'failure', command: tooMany });
    deduplicator.settle(reply(first));
    expect(said).to.have.length(65);
    expect(said.slice(1).every(({ type }) => type === 'reply')).to.equal(true);
  });

  it('forgets an answer two minutes after it was given, not after the command was sent', async () => {
    const slow = withId(1);
    claim(slow);
    await clock.pass(130_000);
    deduplicator.settle(reply(slow));
    await clock.pass(119_999);
    expect(claim(withId(1))).to.equal('repeat');
    await clock.pass(2);
    expect(claim(withId(1))).to.equal('new');
  });

  it('never forgets a command that is not answered', async () => {
    claim(withId('running'));
    await clock.pass(3_600_000);
    for (let id = 0; id < 3_000; id += 1) {
      const command = withId(id);
      claim(command);
      deduplicator.settle(reply(command));
    }
    expect(claim(withId('running'))).to.equal('repeat');
    expect(deduplicator.size).to.be.at.most(1_025);
  });

  it('keeps the 256 newest answers of a session, by the time of the answer', () => {
    const commands = Array.from({ length: 300 }, (_, id) => withId(id));
    commands.forEach(claim);
    for (const command of commands.toReversed()) deduplicator.settle(reply(command));
    expect(deduplicator.knows(withId(0))).to.equal(true);
    expect(deduplicator.knows(withId(299))).to.equal(false);
    expect(deduplicator.size).to.be.within(240, 256);
  });

  it('keeps no more than 4096 answers, and lets no session push out what a smaller one keeps', () => {
    const quiet = withId('mine', 'quiet');
    claim(quiet);
    deduplicator.settle(reply(quiet));
    for (let index = 0; index < 6_000; index += 1) {
      const command = withId(index, `loud ${index % 20}`);
      claim(command);
      deduplicator.settle(reply(command));
    }
    expect(deduplicator.size).to.be.within(3_800, 4_097);
    expect(deduplicator.knows(withId('mine', 'quiet'))).to.equal(true);
  });

  it('keeps of a very large answer only that it was given', () => {
    const [first, second] = [withId(1), withId(1)];
    claim(first);
    deduplicator.settle(answerOf({ type: 'reply', command: first, value: 'x'.repeat(70_000) }));
    expect(claim(second)).to.equal('repeat');
    expect(said[0]).to.have.nested.property('problem.code', 'TOO_LARGE');
  });

  it('runs again what never ran, and tells those who joined', () => {
    const [first, second] = [withId(1), withId(1)];
    claim(first);
    claim(second);
    deduplicator.neverRan(first);
    const problem = { code: 'BUSY', message: 'busy' } as const;
    deduplicator.settle(answerOf({ type: 'failure', command: first, problem }));
    expect(said).to.deep.equal([{ type: 'failure', command: second, problem }]);
    expect(claim(withId(1))).to.equal('new');
  });

  it('runs each id once and answers every command once, in any order of repeats and answers', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('claim' as const), id: fc.nat(4), session: fc.constantFrom('a', 'b') }),
      fc.record({ do: fc.constant('settle' as const), index: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        deduplicator = new Deduplicator({ clock });
        said = [];
        const claimed: Command[] = [];
        const running: Command[] = [];
        const started = new Set<string>();
        for (const move of steps) {
          if (move.do === 'settle') {
            const [command] = running.splice(move.index % Math.max(1, running.length), 1);
            if (command !== undefined) publish({ type: 'reply', command, value: { of: command.reference } });
            continue;
          }
          const command = withId(move.id, move.session);
          claimed.push(command);
          if (claim(command) !== 'new') continue;
          expect(started, 'runs twice').to.not.include(`${move.session} ${move.id}`);
          started.add(`${move.session} ${move.id}`);
          running.push(command);
        }
        for (const command of running) publish({ type: 'reply', command, value: { of: command.reference } });
        const answered = said.map((body) => (body.type === 'reply' ? body.command.reference : 0));
        expect(answered.toSorted((a, b) => a - b)).to.deep.equal(claimed.map(({ reference }) => reference));
      }),
    );
  });
});
