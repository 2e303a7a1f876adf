import { expect } from 'chai';
import fc from 'fast-check';
import type { Output, OutputBody } from '../../core/message.js';
import { OutputStream } from '../../core/output-stream.js';
import { commandOf } from '../support/commands.js';
import { FakeClock, START_MS } from '../support/fake-clock.js';

const reading = (parameter: string, value: number, timeMs = START_MS): OutputBody => ({
  type: 'reading',
  channel: 1,
  parameter,
  value,
  quality: 'good',
  timeMs,
});
const alarm = (name: string, isActive: boolean): OutputBody => ({
  type: 'alarm',
  channel: 1,
  alarm: name,
  isActive,
  severity: 'alarm',
  message: 'it has tripped',
});
const event: OutputBody = { type: 'event', event: 'busy', details: {} };

describe('OutputStream', () => {
  let clock: FakeClock;
  let stream: OutputStream;
  let heard: Output[];

  beforeEach(() => {
    clock = new FakeClock();
    stream = new OutputStream('hv', clock);
    heard = [];
    stream.outputs.subscribe((output) => heard.push(output));
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('knows the alarms that hold now, until its manager starts anew', () => {
    for (const [name, isActive] of [
      ['hot', true],
      ['tripped', true],
      ['hot', false],
    ] as const)
      stream.publish(alarm(name, isActive));
    expect(stream.alarms()).to.deep.equal(heard.slice(1, 2));
    stream.restart();
    expect(stream.alarms()).to.be.empty;
  });

  it('stamps what is said with manager, topic, epoch, sequence number and time', () => {
    stream.publish(reading('voltage', 5, START_MS - 20));
    stream.publish(event);
    const stamp = { manager: 'hv', epoch: START_MS };
    expect(heard[0]).to.include({ ...stamp, topic: 'hv/1/voltage', seq: 1, previous: 0, timeMs: START_MS - 20 });
    expect(heard[1]).to.include({ ...stamp, topic: 'hv/$event', seq: 2, previous: 0, timeMs: START_MS });
  });

  it('keeps the newest reading of each topic, in the order in which they were first read', () => {
    for (const [parameter, value] of [
      ['voltage', 1],
      ['current', 2],
      ['voltage', 3],
    ] as const) {
      stream.publish(reading(parameter, value));
    }
    expect(stream.snapshot().map(({ parameter, value }) => [parameter, value])).to.deep.equal([
      ['voltage', 3],
      ['current', 2],
    ]);
    expect(stream.newest('hv/1/current')?.value).to.equal(2);
    expect(stream.newest('hv/2/current')).to.equal(undefined);
  });

  it('carries binary data by reference, and everything else of the body', () => {
    const data = new Uint8Array([1, 2, 3]);
    const output = stream.publish({ type: 'reply', command: commandOf(), value: { n: 1 }, data });
    expect(output.data).to.equal(data);
    expect(output).to.deep.include({ type: 'reply', value: { n: 1 } });
  });

  it('begins a larger epoch at a restart, also when the clock has gone back, and forgets', () => {
    stream.publish(reading('voltage', 1));
    clock.setWallClock(START_MS - 3_600_000);
    stream.restart();
    expect(stream.snapshot()).to.be.empty;
    expect(stream.publish(reading('voltage', 2))).to.include({ epoch: START_MS + 1, seq: 1, previous: 0 });
    clock.setWallClock(START_MS + 50);
    stream.restart();
    expect(stream.publish(event).epoch).to.equal(START_MS + 50);
  });

  it('gives a newcomer the snapshot and then what follows, without a gap', () => {
    stream.publish(reading('voltage', 1));
    const later: number[] = [];
    stream.outputs.subscribe(({ seq }) => later.push(seq));
    const known = stream.snapshot().map(({ seq }) => seq);
    stream.publish(reading('voltage', 2));
    expect([...known, ...later]).to.deep.equal([1, 2]);
  });

  it('tells every subscriber in the order of the sequence numbers, also when one of them publishes', () => {
    const seen: number[] = [];
    const nosy = new OutputStream('psu', clock);
    nosy.outputs.subscribe(({ seq }) => {
      if (seq < 5) nosy.publish(event);
    });
    nosy.outputs.subscribe(({ seq }) => seen.push(seq));
    nosy.publish(event);
    expect(seen).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('makes every gap visible: sequence without holes, previous the one before on the same topic', () => {
    const body = fc.oneof(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat()).map(([name, value]) => reading(name, value)),
      fc.constant(event),
      fc.constant<OutputBody>({ type: 'alarm', alarm: 'hot', isActive: true, severity: 'alarm', message: 'hot' }),
    );
    fc.assert(
      fc.property(fc.array(fc.option(body, { freq: 8, nil: undefined })), (bodies) => {
        const fresh = new OutputStream('hv', clock);
        const last = new Map<string, number>();
        let seq = 0;
        let epoch = 0;
        fresh.outputs.subscribe((output) => {
          if (output.epoch !== epoch) {
            last.clear();
            seq = 0;
          }
          expect(output.epoch).to.be.at.least(epoch);
          expect([output.seq, output.previous]).to.deep.equal([seq + 1, last.get(output.topic) ?? 0]);
          ({ seq, epoch } = output);
          last.set(output.topic, seq);
        });
        for (const next of bodies) {
          if (next === undefined) fresh.restart();
          else fresh.publish(next);
        }
      }),
    );
  });

  it('completes once, and says nothing after that', () => {
    let completions = 0;
    stream.outputs.subscribe({ complete: () => (completions += 1) });
    stream.complete();
    stream.complete();
    stream.publish(event);
    expect([completions, heard.length]).to.deep.equal([1, 0]);
  });
});
