import { expect } from 'chai';
import fc from 'fast-check';
import type { CommandTraits } from '../../core/busy-rules.js';
import { HardwareError, problem, type Problem } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import type { Command, OutputBody } from '../../core/message.js';
import type { Call } from '../../core/parameter.js';
import { CommandQueue } from '../../core/queue.js';
import { commandOf } from '../support/commands.js';
import { FakeClock } from '../support/fake-clock.js';

const TIMEOUT_MS = 1_000;
const GRACE_MS = 200;

/** Kinds of commands by name. */
const traits: Readonly<Record<string, CommandTraits>> = {
  set: { busy: 'reject', busyScope: 'channel', isUrgent: false, timeoutMs: TIMEOUT_MS },
  write: { busy: 'queue', busyScope: 'channel', isUrgent: false, timeoutMs: TIMEOUT_MS },
  reset: { busy: 'queue', busyScope: 'manager', isUrgent: false, timeoutMs: TIMEOUT_MS },
  read: { busy: 'concurrent', busyScope: 'channel', isUrgent: false, timeoutMs: TIMEOUT_MS },
  safe: { busy: 'reject', busyScope: 'manager', isUrgent: true, timeoutMs: TIMEOUT_MS },
  abort: { busy: 'concurrent', busyScope: 'channel', isUrgent: true, timeoutMs: TIMEOUT_MS },
  off: { busy: 'queue', busyScope: 'channel', isUrgent: false, preempts: true, timeoutMs: TIMEOUT_MS },
  endless: { busy: 'reject', busyScope: 'channel', isUrgent: false, timeoutMs: Number.NaN },
};

type Job = {
  readonly command: Command;
  readonly call: Call;
  readonly done: (value: unknown) => void;
  readonly fail: (reason: unknown) => void;
};

describe('CommandQueue', () => {
  let clock: FakeClock;
  let said: OutputBody[];
  let jobs: Job[];
  let stuck: Problem[];
  let neverRan: Command[];
  let defects: unknown[];
  let refusal: Problem | undefined;
  let queue: CommandQueue;

  const newQueue = (): CommandQueue => {
    said = [];
    jobs = [];
    stuck = [];
    neverRan = [];
    defects = [];
    refusal = undefined;
    return new CommandQueue({
      name: 'psu',
      clock,
      maxWaiting: 3,
      maxConcurrent: 2,
      settleGraceMs: GRACE_MS,
      traits: ({ command }) => {
        const known = traits[command];
        if (known === undefined) throw new TypeError(`no traits of ${command}`);
        return known;
      },
      run: (command, call) =>
        new Promise<Json>((done, fail) => jobs.push({ command, call, done: done as Job['done'], fail })),
      askAgain: () => refusal,
      publish: (body) => said.push(body),
      onNeverRan: (command) => neverRan.push(command),
      onStuck: (reason) => stuck.push(reason),
      onDefect: (thrown) => defects.push(thrown),
    });
  };

  beforeEach(() => {
    clock = new FakeClock();
    queue = newQueue();
  });

  afterEach(() => {
    clock.uninstall();
  });

  const push = (name: string, channel?: number): Command => {
    const command = commandOf({ command: name, ...(channel === undefined ? {} : { channel }) });
    queue.push(command);
    return command;
  };
  const answersOf = (command: Command): readonly string[] =>
    said.flatMap((body) => {
      if (body.type === 'reply' && body.command === command) return ['reply'];
      return body.type === 'failure' && body.command === command ? [body.problem.code] : [];
    });
  const jobOf = (command: Command): Job | undefined => jobs.find((job) => job.command === command);
  const finish = async (command: Command, value: unknown = {}): Promise<void> => {
    jobOf(command)?.done(value);
    await clock.pass(0);
  };

  describe('while busy', () => {
    it('refuses what rejects, and says what runs, for how long, and who asked', async () => {
      push('set', 1);
      await clock.pass(2_00);
      const second = push('set', 1);
      expect(answersOf(second)).to.deep.equal(['BUSY']);
      expect(said.at(-1)).to.deep.include({
        problem: problem('BUSY', 'psu/1 set has been running for 0.2 s, asked by test 1; wait for it or abort it'),
      });
    });

    it('lets another channel go on', () => {
      push('set', 1);
      expect(jobOf(push('set', 2))).to.not.equal(undefined);
    });

    it('keeps all channels waiting for what concerns the whole manager, and the other way round', async () => {
      const one = push('write', 1);
      const all = push('reset');
      const two = push('write', 2);
      expect(queue.depth).to.equal(2);
      await finish(one);
      expect([jobOf(all) !== undefined, jobOf(two) !== undefined]).to.deep.equal([true, false]);
      await finish(all);
      expect(jobOf(two)).to.not.equal(undefined);
    });

    it('takes a command without a channel for one that concerns all channels', async () => {
      const one = push('write', 1);
      const all = push('write');
      const two = push('write', 2);
      expect(jobs).to.have.length(1);
      await finish(one);
      expect([jobOf(all) !== undefined, jobOf(two) !== undefined]).to.deep.equal([true, false]);
      expect(answersOf(push('set', 3))).to.deep.equal(['BUSY']);
    });

    it('fails what waits when its time is up, and lets those behind it go on', async () => {
      push('set', 1);
      const expiring = commandOf({ command: 'reset', validUntilMs: clock.now() + 300 });
      queue.push(expiring);
      const behind = push('write', 2);
      await clock.pass(300);
      expect(answersOf(expiring)).to.deep.equal([]);
      await clock.pass(1);
      expect(answersOf(expiring)).to.deep.equal(['EXPIRED']);
      expect(jobOf(behind)).to.not.equal(undefined);
      expect(queue.depth).to.equal(0);
    });

    it('does not expire what has begun', async () => {
      const first = push('write', 1);
      const second = commandOf({ command: 'write', channel: 1, validUntilMs: clock.now() + 300 });
      queue.push(second);
      await finish(first);
      await clock.pass(400);
      expect(answersOf(second)).to.deep.equal([]);
      await finish(second);
      expect(answersOf(second)).to.deep.equal(['reply']);
    });

    it('tells of what is refused without having begun, not of what has begun', () => {
      const running = push('set', 1);
      const refused = [push('set', 1)];
      refused.push(push('write', 1), push('write', 1), push('write', 1), push('write', 1));
      queue.reset(problem('DISCONNECTED', 'gone'));
      expect(neverRan).to.have.members(refused);
      expect(answersOf(running)).to.deep.equal(['DISCONNECTED']);
    });

    it('runs what queues in order', async () => {
      const commands = [push('write', 1), push('write', 1), push('write', 1)];
      for (const command of commands) await finish(command);
      expect(jobs.map(({ command }) => command)).to.deep.equal(commands);
    });

    it('refuses to overtake those who wait', () => {
      push('reset');
      push('write', 1);
      expect(answersOf(push('set', 1))).to.deep.equal(['BUSY']);
    });

    it('refuses what is one too many', () => {
      push('write', 1);
      for (let index = 0; index < 3; index += 1) expect(answersOf(push('write', 1))).to.be.empty;
      expect(answersOf(push('write', 1))).to.deep.equal(['QUEUE_FULL']);
      expect(queue.depth).to.equal(3);
    });

    it('runs reads and urgent commands beside it, a bounded number of each', () => {
      push('set', 1);
      push('read', 1);
      push('read', 1);
      expect(answersOf(push('read', 1))).to.deep.equal(['QUEUE_FULL']);
      expect(jobOf(push('safe'))).to.not.equal(undefined);
    });

    it('starts nothing while it is being made safe', async () => {
      const safe = push('safe');
      expect(answersOf(push('set', 1))).to.deep.equal(['BUSY']);
      const write = push('write', 1);
      expect(jobOf(write)).to.equal(undefined);
      await finish(safe);
      expect(jobOf(write)).to.not.equal(undefined);
    });

    it('is not made busy by an abort', () => {
      push('abort');
      expect(jobOf(push('set', 1))).to.not.equal(undefined);
    });

    it('asks lock, interlock and limits again when a waiting command is taken out', async () => {
      const first = push('write', 1);
      const second = push('write', 1);
      refusal = problem('INTERLOCKED', 'the door is open');
      await finish(first);
      expect(answersOf(second)).to.deep.equal(['INTERLOCKED']);
      expect(queue.depth).to.equal(0);
    });
  });

  describe('an answer', () => {
    it('comes after busy and idle, so that the next command may follow it at once', async () => {
      await finish(push('set', 1));
      expect(said.map((body) => (body.type === 'event' ? body.event : body.type))).to.deep.equal([
        'busy',
        'idle',
        'reply',
      ]);
    });

    it('is a failure with its code when the driver rejects', async () => {
      const command = push('set', 1);
      jobOf(command)?.fail(new HardwareError('DEVICE_FAULT', 'over-temperature'));
      await clock.pass(0);
      expect(answersOf(command)).to.deep.equal(['DEVICE_FAULT']);
      expect(defects).to.be.empty;
    });

    it('is INTERNAL when something else is thrown, and that is told', async () => {
      const command = push('set', 1);
      jobOf(command)?.fail('not even an Error');
      await clock.pass(0);
      expect(answersOf(command)).to.deep.equal(['INTERNAL']);
      expect(defects).to.deep.equal(['not even an Error']);
    });

    it('is INTERNAL when the value is no plain data', async () => {
      const command = push('set', 1);
      await finish(command, { done: () => undefined });
      expect(answersOf(command)).to.deep.equal(['INTERNAL']);
      expect(said.at(-1))
        .to.have.nested.property('problem.message')
        .that.includes('value.done: function is no plain data');
    });

    it('is INTERNAL when the declaration itself throws or gives no time-out', () => {
      expect(answersOf(push('unheard-of'))).to.deep.equal(['INTERNAL']);
      expect(answersOf(push('endless'))).to.deep.equal(['INTERNAL']);
      expect(defects).to.have.length(2);
    });
  });

  describe('a time-out', () => {
    it('answers at the deadline and tells the driver, but frees only when it settles', async () => {
      const command = push('set', 1);
      await clock.pass(TIMEOUT_MS - 1);
      expect(answersOf(command)).to.be.empty;
      await clock.pass(1);
      expect(answersOf(command)).to.deep.equal(['TIMEOUT']);
      expect(jobOf(command)?.call.signal.aborted).to.equal(true);
      expect(answersOf(push('set', 1))).to.deep.equal(['BUSY']);
      await finish(command);
      expect(answersOf(command)).to.deep.equal(['TIMEOUT']);
      expect(jobOf(push('set', 1))).to.not.equal(undefined);
    });

    it('says so when the driver does not settle', async () => {
      push('set', 1);
      await clock.pass(TIMEOUT_MS + GRACE_MS - 1);
      expect(stuck).to.be.empty;
      await clock.pass(1);
      expect(stuck.map(({ message }) => message)).to.deep.equal([
        `psu/1 set did not end within ${GRACE_MS} ms of being told to`,
      ]);
    });
  });

  describe('abort', () => {
    it('answers what runs and what waits on the channel, at once', () => {
      const commands = [push('write', 1), push('write', 1), push('write', 2)];
      expect(queue.abort(1, problem('ABORTED', 'aborted by night shift'))).to.equal(2);
      expect(commands.map(answersOf)).to.deep.equal([['ABORTED'], ['ABORTED'], []]);
    });

    it('leaves alone what is urgent', () => {
      const safe = push('safe');
      expect(queue.abort(undefined, problem('ABORTED', 'aborted'))).to.equal(0);
      expect(answersOf(safe)).to.be.empty;
    });

    it('lets those go on whom only the aborted one held up', () => {
      push('write', 2);
      const all = push('reset');
      const one = push('write', 1);
      queue.abort(3, problem('ABORTED', 'aborted'));
      expect(answersOf(all)).to.deep.equal(['ABORTED']);
      expect(jobOf(one)).to.not.equal(undefined);
    });

    it('prevents a command that is aborted by who hears that it begins', async () => {
      const run = said.push.bind(said);
      said.push = (...bodies) => {
        const length = run(...bodies);
        const [body] = bodies;
        if (body?.type === 'event' && body.event === 'busy') queue.abort(undefined, problem('ABORTED', 'no'));
        return length;
      };
      const command = push('set', 1);
      await clock.pass(0);
      expect(jobs).to.be.empty;
      expect(answersOf(command)).to.deep.equal(['ABORTED']);
      expect(queue.runningCount).to.equal(0);
    });
  });

  describe('what preempts', () => {
    it('ends what runs and waits on its channel, and runs at once', () => {
      const [running, waiting, elsewhere] = [push('write', 1), push('write', 1), push('write', 2)];
      const off = push('off', 1);
      expect([running, waiting].map(answersOf)).to.deep.equal([['ABORTED'], ['ABORTED']]);
      expect(said.find((body) => body.type === 'failure')).to.deep.include({
        problem: problem('ABORTED', 'psu/1 off took its place'),
      });
      expect(jobOf(running)?.call.signal.aborted).to.equal(true);
      expect(jobOf(off)).to.not.equal(undefined);
      expect(answersOf(elsewhere)).to.be.empty;
    });

    it('leaves alone its own like, reads and what is urgent', () => {
      const others = [push('off', 1), push('read', 1), push('safe')];
      push('off', 1);
      expect(others.map(answersOf)).to.deep.equal([[], [], []]);
    });

    it('goes first on the bus, too, as what is urgent does', () => {
      const sent = [push('write', 2), push('off', 1), push('safe')];
      expect(sent.map((command) => jobOf(command)?.call.priority)).to.deep.equal(['command', 'safety', 'safety']);
    });

    it('keeps others waiting until it is done', async () => {
      const off = push('off', 1);
      const on = push('write', 1);
      expect(jobOf(on)).to.equal(undefined);
      await finish(off);
      expect(jobOf(on)).to.not.equal(undefined);
    });
  });

  describe('reset', () => {
    it('answers everything, urgent or not, and frees it', async () => {
      const commands = [push('write', 1), push('write', 1), push('read', 1), push('safe')];
      queue.reset(problem('DISCONNECTED', 'the link is gone'));
      expect(commands.flatMap(answersOf)).to.deep.equal(Array(4).fill('DISCONNECTED'));
      expect(jobOf(push('set', 1))).to.not.equal(undefined);
      expect(queue.runningCount).to.equal(1);
      const length = said.length;
      for (const command of commands) await finish(command);
      expect(said).to.have.length(length);
    });
  });

  describe('stop', () => {
    it('ends what runs and what waits, and resolves when the driver has settled', async () => {
      const commands = [push('write', 1), push('write', 1)];
      let isStopped = false;
      const stopping = queue.stop(500).then(() => (isStopped = true));
      expect(commands.flatMap(answersOf)).to.deep.equal(['STOPPING', 'STOPPING']);
      await clock.pass(100);
      expect(isStopped).to.equal(false);
      const [first] = jobs;
      first?.done({});
      await stopping;
      expect(clock.pending).to.equal(0);
    });

    it('lets an urgent command finish within the grace', async () => {
      const safe = push('safe');
      const stopping = queue.stop(500);
      await finish(safe);
      await stopping;
      expect(answersOf(safe)).to.deep.equal(['reply']);
    });

    it('ends an urgent command after the grace', async () => {
      const safe = push('safe');
      const both = [queue.stop(500), queue.stop(500)];
      await clock.pass(500);
      await Promise.all(both);
      expect(answersOf(safe)).to.deep.equal(['STOPPING']);
      expect(clock.pending).to.equal(0);
    });

    it('refuses from then on, until a restart', async () => {
      await queue.stop(500);
      expect(answersOf(push('set', 1))).to.deep.equal(['STOPPING']);
      queue.restart();
      expect(jobOf(push('set', 1))).to.not.equal(undefined);
    });
  });

  describe('whatever happens', () => {
    type Step =
      | { readonly do: 'push'; readonly name: string; readonly channel: number | undefined }
      | { readonly do: 'settle'; readonly index: number; readonly ok: boolean }
      | { readonly do: 'pass'; readonly ms: number }
      | { readonly do: 'abort'; readonly channel: number | undefined }
      | { readonly do: 'reset' }
      | { readonly do: 'refuse'; readonly isOn: boolean };

    const channel = fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined });
    const pushing = fc.record<Step & { do: 'push' }>({
      do: fc.constant('push'),
      name: fc.constantFrom('set', 'write', 'reset', 'read', 'safe', 'abort', 'endless'),
      channel,
    });
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 6, arbitrary: pushing },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('settle' as const), index: fc.nat(20), ok: fc.boolean() }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 150, 400, 1_000) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), channel }) },
      { weight: 1, arbitrary: fc.constant<Step>({ do: 'reset' }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), isOn: fc.boolean() }) },
    );

    const holds = ({ command }: Command): boolean => traits[command]?.busy !== 'concurrent';
    const isManagerWide = ({ command }: Command): boolean => traits[command]?.busyScope === 'manager';
    const overlap = (a: Command, b: Command): boolean =>
      isManagerWide(a) || isManagerWide(b) || a.channel === b.channel;

    /** Commands whose "busy" has been said, and "idle" not. */
    const busyNow = (): readonly Command[] => {
      const busy = new Map<unknown, Command>();
      const known = new Map(jobs.map(({ command }) => [command.reference, command]));
      for (const body of said) {
        if (body.type !== 'event') continue;
        const command = known.get(Number(body.details['reference']));
        if (body.event === 'idle') busy.delete(command?.reference);
        else if (command !== undefined) busy.set(command.reference, command);
      }
      return [...busy.values()];
    };

    const play = async (steps: readonly Step[], pushed: Command[]): Promise<void> => {
      for (const move of steps) {
        if (move.do === 'push') pushed.push(push(move.name, move.channel));
        else if (move.do === 'settle') settleOne(move);
        else if (move.do === 'pass') await clock.pass(move.ms);
        else if (move.do === 'abort') queue.abort(move.channel, problem('ABORTED', 'aborted'));
        else if (move.do === 'reset') queue.reset(problem('DISCONNECTED', 'lost'));
        else refusal = move.isOn ? problem('LOCKED', 'locked') : undefined;
        await clock.pass(0);
        const alone = busyNow().filter(({ command }) => command !== 'safe');
        for (const [index, one] of alone.entries()) {
          for (const other of alone.slice(index + 1)) {
            expect(overlap(one, other), 'two at work on one channel').to.equal(false);
          }
        }
      }
    };
    const settleOne = ({ index, ok }: { readonly index: number; readonly ok: boolean }): void => {
      const job = jobs[index % Math.max(1, jobs.length)];
      if (ok) job?.done({});
      else job?.fail(new HardwareError('DEVICE_FAULT', 'fault'));
    };

    it('gives each command exactly one answer, and never runs two on one channel', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          queue = newQueue();
          const pushed: Command[] = [];
          await play(steps, pushed);
          for (const command of pushed) expect(answersOf(command).length).to.be.at.most(1);
          const stopping = queue.stop(500);
          await clock.pass(500);
          await stopping;
          expect(pushed.map((command) => answersOf(command).length)).to.deep.equal(pushed.map(() => 1));
          expect([queue.depth, queue.runningCount, clock.pending]).to.deep.equal([0, 0, 0]);
        }),
        { numRuns: 200 },
      );
    });

    it('answers each within its time-out', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(pushing, { maxLength: 20 }), async (steps) => {
          queue = newQueue();
          const pushed: Command[] = [];
          await play(steps, pushed);
          for (const { command } of [...jobs]) if (holds(command)) jobOf(command)?.done({});
          for (let round = 0; round < 25; round += 1) {
            await clock.pass(TIMEOUT_MS);
            for (const job of jobs) job.done({});
          }
          expect(pushed.map((command) => answersOf(command).length)).to.deep.equal(pushed.map(() => 1));
        }),
        { numRuns: 50 },
      );
    });

    it('says busy before each answer of what holds others up, and idle after it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          queue = newQueue();
          await play(steps, []);
          const stopping = queue.stop(500);
          await clock.pass(500);
          await stopping;
          const heard = new Set<unknown>();
          for (const body of said) {
            if (body.type === 'event') heard.add(`${body.event}${Number(body.details['reference'])}`);
            if (body.type !== 'reply' || !holds(body.command)) continue;
            expect(heard).to.include(`busy${body.command.reference}`).and.to.include(`idle${body.command.reference}`);
          }
          expect(busyNow()).to.be.empty;
        }),
        { numRuns: 100 },
      );
    });
  });
});
