import { NativeClient } from '../../core/native/client.js';
import type { ClientFrame } from '../../core/native/protocol.js';
import type { Json } from '../../core/json-value.js';
import type { Reply } from '../../core/message.js';
import type { Lines } from '../../cli/print.js';
import type { Session } from '../../cli/session.js';
import { systemClock } from '../../station/system-clock.js';
import type { FakeStation } from '../core/native/fake-station.js';

/** A session with a station that is played by hand. */
export const fakeSession = (station: FakeStation): Session => {
  const client = new NativeClient({ openSocket: station.open, clock: systemClock, random: () => 0.5 });
  client.start();
  station.current.accept();
  return {
    client,
    url: 'http://lab',
    expect: (answer) => {
      if (answer.type === 'reply') return answer.value;
      throw new Error(answer.problem.message);
    },
  };
};

/** What was printed. */
export class PrintedLines implements Lines {
  readonly printed: string[] = [];
  readonly said: string[] = [];
  out = (line: string): void => {
    this.printed.push(line);
  };
  err = (line: string): void => {
    this.said.push(line);
  };
}

type CommandFrame = Extract<ClientFrame, { type: 'command' }>;

/** The newest command on this connection is done. */
export const reply = (station: FakeStation, value: Json): void => {
  const asked = station.current.of('command').at(-1);
  if (asked === undefined) throw new Error('no command was sent');
  station.current.say(replyTo(asked, station, value));
};

const replyTo = ({ id = 0, manager, command }: CommandFrame, station: FakeStation, value: Json): Reply => ({
  type: 'reply',
  manager,
  topic: `${manager}/${command}`,
  epoch: 1,
  seq: 0,
  previous: 0,
  timeMs: 0,
  value,
  command: {
    type: 'command',
    reference: 1,
    id,
    manager,
    arguments: {},
    command,
    origin: { connector: 'web', peer: 'p', session: station.connections[0]?.of('hello')[0]?.session ?? '' },
  },
});
