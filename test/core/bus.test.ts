import { expect } from 'chai';
import { Bus, STATION } from '../../core/bus.js';
import { problem } from '../../core/errors.js';
import { inGateOrder, type Guard, type GuardName } from '../../core/guards.js';
import { SupplyLab } from '../support/lab.js';

describe('Bus', () => {
  let lab: SupplyLab;

  beforeEach(async () => {
    lab = new SupplyLab();
    await lab.start();
  });

  afterEach(async () => {
    const stopping = lab.manager.stop();
    await lab.clock.pass(2_000);
    await stopping;
    await lab.close();
  });

  describe('a command with an id', () => {
    const once = (id: string, voltage: number) => lab.psu('setNow', 1, { voltage }, { id });

    it('runs once, and a repeat gets its answer also when it may not begin any more', async () => {
      const validUntilMs = lab.clock.now() + 10;
      for (let times = 0; times < 2; times += 1) {
        lab.psu('setNow', 1, { voltage: 5 }, { id: 'a', validUntilMs });
        await lab.clock.pass(100);
      }
      expect(lab.answers.map(({ type }) => type)).to.deep.equal(['reply', 'reply']);
      expect(lab.table.countOf('write')).to.equal(1);
    });

    it('runs when it was refused before: by the gate, or because another one ran', async () => {
      once('a', 26);
      once('other', 1);
      once('b', 2);
      await lab.clock.pass(0);
      expect(
        lab.answers.map((answer) => (answer.type === 'failure' ? answer.problem.code : answer.type)),
      ).to.deep.equal(['OUT_OF_RANGE', 'BUSY', 'reply']);
      once('a', 3);
      await lab.clock.pass(0);
      once('b', 2);
      await lab.clock.pass(0);
      expect(lab.answers.slice(3).map(({ type }) => type)).to.deep.equal(['reply', 'reply']);
    });

    it('runs when the instrument was away before', async () => {
      lab.table.unplug();
      await lab.clock.pass(1_000);
      expect(once('a', 1).code()).to.equal(undefined);
      await lab.clock.pass(0);
      lab.table.back();
      await lab.clock.pass(2_000);
      once('a', 1);
      await lab.clock.pass(0);
      expect(lab.answers.map(({ type }) => type)).to.deep.equal(['failure', 'reply']);
    });

    it('is done again when it only reads', async () => {
      for (let times = 0; times < 2; times += 1) {
        lab.psu('refresh', 1, {}, { id: 'r' });
        await lab.clock.pass(0);
      }
      expect(lab.readings('psu/1/voltageSetpoint')).to.have.length(3);
    });

    it('gets no stored answer past the question of who may', async () => {
      let isAllowed = true;
      const access: Guard = {
        name: 'access',
        refuse: () => (isAllowed ? undefined : problem('FORBIDDEN', 'not you')),
      };
      const bus = new Bus({ clock: lab.clock, guards: [access] });
      const codes: string[] = [];
      bus.outputs.subscribe((output) => {
        if (output.type === 'failure') codes.push(output.problem.code);
      });
      bus.attach(lab.manager);
      lab.manager.output.subscribe((output) => {
        if (output.type === 'failure') codes.push(output.problem.code);
      });
      const request = { manager: 'psu', command: 'setNow', channel: 1, arguments: { voltage: 1 }, id: 'x' };
      for (const next of [true, false]) {
        isAllowed = next;
        bus.submit({ ...request, origin: { connector: 'test', peer: '1' } });
        await lab.clock.pass(0);
      }
      expect(codes).to.deep.equal(['FORBIDDEN']);
      expect(lab.table.countOf('write')).to.equal(1);
    });
  });

  describe('the gate', () => {
    it('answers for a manager that does not exist, and names those that do', () => {
      const sent = lab.send({ manager: 'hv', command: 'setNow' });
      expect(sent.answers()[0]).to.deep.include({
        manager: STATION,
        problem: problem('UNKNOWN_MANAGER', 'there is no manager "hv" on this station; there are: psu'),
      });
    });

    it('refuses in the order of the questions: command, channel, arguments, limits', () => {
      const codes = [
        lab.psu('setSlowly', 3, { voltage: 'x' }),
        lab.psu('setNow', 3, { voltage: 'x' }),
        lab.psu('setNow', undefined, { voltage: 'x' }),
        lab.psu('makeSafe', 1),
        lab.psu('setNow', 1, { voltage: 'x' }),
        lab.psu('setNow', 1, {}),
        lab.psu('setNow', 1, { voltage: 1, current: 1 }),
        lab.psu('setNow', 1, { voltage: 26 }),
      ].map((sent) => sent.code());
      expect(codes).to.deep.equal([
        'BAD_COMMAND',
        'UNKNOWN_CHANNEL',
        'UNKNOWN_CHANNEL',
        'UNKNOWN_CHANNEL',
        'BAD_ARGUMENT',
        'BAD_ARGUMENT',
        'BAD_ARGUMENT',
        'OUT_OF_RANGE',
      ]);
      expect(lab.table.countOf('write')).to.equal(0);
    });

    it('asks guards in the order of the gate, whatever order they come in', () => {
      const names: readonly GuardName[] = ['limits', 'lock', 'expiry', 'schema', 'interlock', 'access', 'address'];
      const guards = names.map((name) => ({ name, refuse: () => undefined }));
      expect(inGateOrder(guards).map(({ name }) => name)).to.deep.equal([
        'expiry',
        'address',
        'schema',
        'access',
        'lock',
        'interlock',
        'limits',
      ]);
    });

    it('lets what is urgent pass a lock, and nothing else', async () => {
      const lock: Guard = {
        name: 'lock',
        isSkippedByUrgent: true,
        refuse: () => problem('LOCKED', 'held by day shift'),
      };
      const bus = new Bus({ clock: lab.clock, guards: [lock] });
      bus.attach(lab.manager);
      const origin = { connector: 'test', peer: '1' };
      bus.submit({ manager: 'psu', command: 'setNow', channel: 1, arguments: { voltage: 1 }, origin });
      bus.submit({ manager: 'psu', command: 'makeSafe', arguments: {}, origin });
      await lab.clock.pass(0);
      expect(
        lab.answers.map((answer) => (answer.type === 'failure' ? answer.problem.code : answer.type)),
      ).to.deep.equal(['LOCKED', 'reply']);
    });

    it('asks a guard again, when it says so, of a command that had to wait', async () => {
      let isOpen = false;
      const interlock: Guard = {
        name: 'interlock',
        isAskedAgain: true,
        refuse: () => (isOpen ? problem('INTERLOCKED', 'the door is open') : undefined),
      };
      const bus = new Bus({ clock: lab.clock, guards: [interlock] });
      bus.attach(lab.manager);
      const origin = { connector: 'test', peer: '1' };
      lab.table.answerMs = 10;
      for (const value of [1, 2]) {
        bus.submit({ manager: 'psu', command: 'setVoltageSetpoint', channel: 1, arguments: { value }, origin });
      }
      isOpen = true;
      await lab.clock.pass(100);
      const codes = lab.answers.map((answer) => (answer.type === 'failure' ? answer.problem.code : answer.type));
      expect(codes).to.deep.equal(['reply', 'INTERLOCKED']);
    });

    it('answers INTERNAL when a guard throws, and logs it', async () => {
      const broken: Guard = {
        name: 'access',
        refuse: () => {
          throw new TypeError('no such role');
        },
      };
      const bus = new Bus({ clock: lab.clock, guards: [broken] });
      bus.attach(lab.manager);
      bus.submit({
        manager: 'psu',
        command: 'setNow',
        channel: 1,
        arguments: { voltage: 1 },
        origin: { connector: 'test', peer: '1' },
      });
      await lab.clock.pass(0);
      expect(lab.answers.map((answer) => answer.type === 'failure' && answer.problem.code)).to.deep.equal(['INTERNAL']);
      expect(lab.log.messages).to.deep.equal(['error: defect']);
      expect(lab.table.countOf('write')).to.equal(0);
    });

    it('takes "1" for channel 1, and names it as declared', async () => {
      const sent = lab.psu('setNow', '1', { voltage: 1 });
      await lab.clock.pass(0);
      expect(sent.answers()[0]?.command.channel).to.equal(1);
    });

    it('takes nothing more once it is closed', () => {
      lab.bus.close();
      expect(lab.psu('setNow', 1, { voltage: 1 }).code()).to.equal('STOPPING');
    });

    it('shows every command to the audit, also the refused ones, each with a reference of its own', () => {
      const seen: number[] = [];
      lab.bus.commands.subscribe(({ reference }) => seen.push(reference));
      lab.psu('setNow', 1, { voltage: 26 });
      lab.send({ manager: 'nobody', command: 'x' });
      expect(new Set(seen).size).to.equal(2);
    });
  });

  describe('the outputs', () => {
    it('come in order to everyone, also when a subscriber sends a command', async () => {
      const seen: number[] = [];
      const nosy = lab.bus.outputs.subscribe((output) => {
        if (output.type === 'reply' && output.command.command === 'setNow') lab.psu('setNow', 1, { voltage: 99 });
      });
      lab.bus.outputs.subscribe(({ seq }) => seen.push(seq));
      lab.psu('setNow', 1, { voltage: 1 });
      await lab.clock.pass(0);
      nosy.unsubscribe();
      expect(seen).to.have.lengthOf.above(3);
      expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b));
    });

    it('come in the same order to everyone, over all managers', () => {
      const a = lab.bus.streamOf('a');
      const b = lab.bus.streamOf('b');
      const seen: string[][] = [[], []];
      lab.bus.outputs.subscribe(({ topic }) => {
        seen[0]?.push(topic);
        if (topic === 'a/$event') b.publish({ type: 'event', event: 'answer', details: {} });
      });
      lab.bus.outputs.subscribe(({ topic }) => seen[1]?.push(topic));
      a.publish({ type: 'event', event: 'question', details: {} });
      expect(seen).to.deep.equal([
        ['a/$event', 'b/$event'],
        ['a/$event', 'b/$event'],
      ]);
    });

    it('go on when a subscriber leaves while it is being told', () => {
      let count = 0;
      const subscription = lab.bus.outputs.subscribe(() => {
        count += 1;
        subscription.unsubscribe();
      });
      lab.psu('nothing');
      lab.psu('nothing');
      expect(count).to.equal(1);
    });

    it('complete with the bus', () => {
      let completions = 0;
      lab.bus.outputs.subscribe({ complete: () => (completions += 1) });
      lab.bus.commands.subscribe({ complete: () => (completions += 1) });
      lab.bus.complete();
      expect(completions).to.equal(2);
    });
  });

  describe('a manager', () => {
    it('keeps its stream when it is replaced', () => {
      const stream = lab.bus.streamOf('psu');
      lab.bus.detach('psu');
      expect(lab.bus.manager('psu')).to.equal(undefined);
      expect(lab.bus.streamOf('psu')).to.equal(stream);
      expect(lab.newest('psu/1/voltage')).to.not.equal(undefined);
      lab.bus.attach(lab.manager);
    });

    it('takes its stream with it when its name is gone for good', () => {
      let isComplete = false;
      lab.bus.streamOf('psu').outputs.subscribe({ complete: () => (isComplete = true) });
      lab.bus.detach('psu', { isGone: true });
      expect(isComplete).to.equal(true);
      expect(lab.newest('psu/1/voltage')).to.equal(undefined);
    });

    it('is described with the others', () => {
      expect(lab.bus.describe().map(({ name }) => name)).to.deep.equal(['psu']);
    });
  });
});
