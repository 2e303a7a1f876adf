import { expect } from 'chai';
import type { Clock } from '../../core/clock.js';
import type { SocketEvents } from '../../core/native/client-socket.js';
import { Session } from '../../web-debug/session.js';
import { description } from './model/description.js';

const stamp = { manager: 'psu', epoch: 1, previous: 0, timeMs: 5 };
const welcome = { type: 'welcome', protocol: 1, station: 'lab', version: '1', epoch: 7, peer: 'p1', managers: ['psu'] };
const stationDescription = { ...description, name: 'station', kind: 'station', commands: { stopAll: {}, history: {} } };

/** A station on the other end of a socket in memory, with a clock that is moved by hand. */
class FakeStation {
  readonly asked: Record<string, unknown>[] = [];
  socket: SocketEvents | undefined;
  #timers: { readonly atMs: number; readonly task: () => void }[] = [];
  #nowMs = 0;

  readonly clock: Clock = {
    now: () => this.#nowMs,
    monotonic: () => this.#nowMs,
    after: (ms, task) => {
      const timer = { atMs: this.#nowMs + ms, task };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    },
    turn: (task) => {
      task();
    },
  };

  readonly openSocket = (events: SocketEvents) => {
    this.socket = events;
    return {
      send: (text: string) => {
        this.asked.push(JSON.parse(text) as Record<string, unknown>);
      },
      close: () => undefined,
    };
  };

  /** Takes the greeting and asks nothing back. */
  greet(): void {
    this.socket?.onOpen();
    this.say(welcome);
  }

  say(frame: object): void {
    this.socket?.onText(JSON.stringify(frame));
  }

  newest(type: string): Record<string, unknown> {
    const found = this.asked.findLast((frame) => frame['type'] === type);
    if (found === undefined) throw new Error(`the console has not sent "${type}"`);
    return found;
  }

  count(type: string): number {
    return this.asked.filter((frame) => frame['type'] === type).length;
  }

  async answer(type: string, frame: object): Promise<void> {
    this.say({ ...frame, id: this.newest(type)['id'] });
    await settled();
  }

  /** Replies to the newest command as the bus would. */
  async reply(value: object): Promise<void> {
    const asked = this.newest('command');
    const { session } = this.newest('hello');
    const command = { ...asked, reference: 1, origin: { connector: 'web', peer: 'p1', session } };
    this.say({ ...stamp, type: 'reply', topic: `${String(asked['manager'])}/$reply`, seq: 90, command, value });
    await settled();
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { task } of due) task();
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('the conversation with the station', () => {
  let station: FakeStation;
  let session: Session;

  beforeEach(async () => {
    station = new FakeStation();
    const { openSocket, clock } = station;
    session = new Session({ openSocket, clock, random: () => 0.5, onChange: () => undefined });
    session.start();
    station.greet();
    await settled();
    await station.answer('describe', { type: 'description', managers: [description, stationDescription] });
  });

  const names = (): string[] => session.model.managers.map(({ name }) => name);
  const event = (name: string, seq: number, details: object) =>
    ({ ...stamp, type: 'event', topic: 'psu/$event', seq, event: name, details }) as const;

  it('asks who is there, and subscribes to everything', () => {
    expect(names()).to.deep.equal(['psu', 'station']);
    expect(station.newest('subscribe')['patterns']).to.deep.equal(['**']);
  });

  it('asks again when an event names another version', async () => {
    station.say(event('online', 1, { version: 4 }));
    await settled();
    expect(station.count('describe')).to.equal(2);
  });

  it('does not ask again for the version that it has', async () => {
    station.say(event('online', 1, { version: 3 }));
    await settled();
    expect(station.count('describe')).to.equal(1);
  });

  it('asks once more when things change while it is being told', async () => {
    station.say(event('offline', 1, { version: 4 }));
    station.say(event('online', 2, { version: 5 }));
    await station.answer('describe', { type: 'description', managers: [description] });
    expect(station.count('describe')).to.equal(3);
  });

  it('asks once about a manager that nobody has described, however much it says', async () => {
    for (let seq = 1; seq < 50; seq += 1)
      station.say({ ...event('busy', seq, {}), manager: 'ghost', topic: 'ghost/$event' });
    await station.answer('describe', { type: 'description', managers: [description] });
    await station.answer('describe', { type: 'description', managers: [description] });
    expect(station.count('describe')).to.be.at.most(3);
  });

  it('logs what it sends as well as what it hears', () => {
    const lines = session.log.select({ kinds: new Set(['protocol'] as const), manager: '', search: '' }, 100);
    expect(lines.map(({ direction, frame }) => `${direction} ${frame.type}`)).to.include.members([
      'sent hello',
      'received welcome',
      'sent describe',
      'received description',
    ]);
  });

  it('says how long an answer took', async () => {
    const answer = session.send({ manager: 'psu', channel: 1, command: 'setVoltageSetpoint' }, { value: 5 });
    station.advance(120);
    await station.reply({});
    expect(await answer).to.deep.equal({ type: 'reply', value: {}, tookMs: 120 });
  });

  it('lets a command lapse that nobody begins within half a minute', () => {
    void session.send({ manager: 'psu', command: 'makeSafe' }, {});
    expect(station.newest('command')['validUntilMs']).to.equal(30_000);
  });

  it('stops everything through the station', async () => {
    const answer = session.stopAll();
    expect(station.newest('command')).to.include({ manager: 'station', command: 'stopAll' });
    await station.reply({ isSafe: true, managers: { psu: 'safe' } });
    expect((await answer).type).to.equal('reply');
  });

  it('takes a stop that left one manager unsafe for a failure that names it', async () => {
    const answer = session.stopAll();
    await station.reply({ isSafe: false, managers: { psu: 'DISCONNECTED: psu is offline', hv: 'safe' } });
    expect(await answer).to.deep.include({
      type: 'failure',
      problem: { code: 'DEVICE_FAULT', message: 'psu: DISCONNECTED: psu is offline' },
    });
  });

  it('asks for the history of a topic once', () => {
    session.wantHistory('psu/1/voltage');
    session.wantHistory('psu/1/voltage');
    expect(station.count('command')).to.equal(1);
  });

  it('says since when it is cut off and why, and counts its attempts', () => {
    station.advance(1_000);
    station.socket?.onClosed('the cable was pulled');
    expect(session.link).to.include({ isOpen: false, sinceMs: 1_000, reason: 'the cable was pulled', isTrying: false });
    station.advance(2_000);
    expect(session.link).to.include({ isTrying: true });
  });

  it('refuses a command at once while it is cut off', async () => {
    station.socket?.onClosed('the cable was pulled');
    const answer = await session.send({ manager: 'psu', command: 'makeSafe' }, {});
    expect(answer.type === 'failure' && answer.problem.code).to.equal('DISCONNECTED');
  });

  it('describes everything anew after a reconnect', async () => {
    station.socket?.onClosed('the cable was pulled');
    station.advance(2_000);
    station.greet();
    await settled();
    await station.answer('describe', { type: 'description', managers: [] });
    expect(names()).to.deep.equal([]);
  });
});
