import { expect } from 'chai';
import { Exchange } from '../../connectors/exchange.js';
import type { Dialect, Recipients } from '../../core/dialect.js';
import { problem } from '../../core/errors.js';
import type { Output } from '../../core/message.js';
import { SupplyLab } from '../support/lab.js';

/** Hears `name` as the command of that name for channel 1; speaks the type of each output. */
const words = (to: Recipients): Dialect<string> => ({
  understand: (name, origin) =>
    name === 'nonsense'
      ? { answer: ['what?'], to }
      : { request: { manager: 'psu', command: name, channel: 1, arguments: {}, origin } },
  toFrames: (output: Output) =>
    output.type === 'event' ? [] : [output.type === 'reading' ? output.parameter : output.type],
  onBadFrame: ({ message }) => [message],
  recipients: () => to,
});

describe('Exchange', () => {
  let lab: SupplyLab;
  let exchange: Exchange<string>;
  let encoded: string[];
  beforeEach(async () => {
    lab = new SupplyLab();
    await lab.start();
  });
  afterEach(async () => {
    exchange.close();
    await lab.manager.stop();
    await lab.close();
  });

  const speak = (to: Recipients): void => {
    encoded = [];
    exchange = new Exchange<string>({
      connector: 'words',
      dialectName: 'words',
      dialect: words(to),
      encode: (text) => {
        if (text === 'voltage') throw new Error('no such word');
        encoded.push(text);
        return Buffer.from(`${text} `);
      },
      bus: lab.bus,
      clock: lab.clock,
      log: lab.log,
      maxBurstBytes: 16_384,
    });
  };
  /** A peer, and what was written to it. */
  const join = (name: string) => {
    const heard: string[] = [];
    const write = ({ bytes }: { readonly bytes: Uint8Array }): boolean => {
      heard.push(Buffer.from(bytes).toString());
      return true;
    };
    return { heard, peer: exchange.join(name, { write, close: () => undefined }) };
  };

  it('encodes a message once, however many it goes to', async () => {
    speak('everyone');
    const peers = ['a', 'b', 'c'].map(join);
    lab.psu('nothingOfThatName', 1);
    await lab.clock.turns(1);
    expect(encoded).to.deep.equal(['failure']);
    expect(exchange.encoded).to.equal(1);
    expect(peers.map(({ heard }) => heard)).to.deep.equal([['failure '], ['failure '], ['failure ']]);
  });

  it('encodes nothing where nobody listens', async () => {
    speak('everyone');
    lab.psu('nothingOfThatName', 1);
    await lab.clock.turns(1);
    expect(encoded).to.deep.equal([]);
  });

  for (const [to, asker, other] of [
    ['everyone', ['failure '], ['failure ']],
    ['sender', ['failure '], []],
    ['sender-else-everyone', ['failure '], []],
  ] as const) {
    it(`sends an answer to ${to}`, () => {
      speak(to);
      const [a, b] = [join('a'), join('b')];
      exchange.gather(() => {
        exchange.receive(a.peer, 'nothingOfThatName');
      });
      exchange.flush();
      expect([a.heard, b.heard]).to.deep.equal([asker, other]);
    });
  }

  for (const [to, heard] of [
    ['sender', []],
    ['sender-else-everyone', ['failure ']],
  ] as const) {
    it(`sends the answer to one who has gone to ${heard.length === 0 ? 'nobody' : 'everyone'}: ${to}`, async () => {
      speak(to);
      const [a, b] = [join('a'), join('b')];
      exchange.leave(a.peer);
      exchange.receive(a.peer, 'nothingOfThatName');
      await lab.clock.turns(1);
      expect(b.heard).to.deep.equal(heard);
    });

    it(`sends the answer to one of another connector to ${heard.length === 0 ? 'nobody' : 'everyone'}: ${to}`, async () => {
      speak(to);
      const { heard: own } = join('1'); // the name that the other connector's peer has, too
      lab.psu('nothingOfThatName', 1);
      await lab.clock.turns(1);
      expect(own).to.deep.equal(heard);
    });
  }

  it('answers by itself what is no command', async () => {
    speak('sender');
    const [a, b] = [join('a'), join('b')];
    exchange.receive(a.peer, 'nonsense');
    await lab.clock.turns(1);
    expect([a.heard, b.heard]).to.deep.equal([['what? '], []]);
  });

  it('answers bytes that are no frame to their sender alone', async () => {
    speak('everyone');
    const [a, b] = [join('a'), join('b')];
    exchange.refuse(a.peer, problem('BAD_MESSAGE', 'rubbish'));
    await lab.clock.turns(1);
    expect([a.heard, b.heard]).to.deep.equal([['rubbish '], []]);
  });

  it('gathers what comes of a chunk into one write and asks for no turn', () => {
    speak('sender');
    const { peer, heard } = join('a');
    const pending = lab.clock.pending;
    exchange.gather(() => {
      for (const frame of ['nonsense', 'nonsense', 'nonsense']) exchange.receive(peer, frame);
    });
    expect(heard).to.deep.equal(['what? what? what? ']);
    expect(lab.clock.pending).to.equal(pending);
  });

  it('logs what cannot be encoded and goes on', async () => {
    speak('everyone');
    const { heard } = join('a');
    lab.bus.streamOf('psu').publish({ type: 'reading', parameter: 'voltage', value: 1, quality: 'good', timeMs: 0 });
    lab.psu('nothingOfThatName', 1);
    await lab.clock.turns(1);
    expect(heard).to.deep.equal(['failure ']);
    expect(lab.log.messages).to.include('error: output could not be encoded');
  });
});
