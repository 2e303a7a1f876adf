import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import { silentLog } from '../../../core/log.js';
import { createLinks } from '../../../managers/links/registry.js';
import { fakeClock, type FakeClock } from '../fake-station.js';

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'opened',
    (thrown: unknown) => (thrown instanceof HardwareError ? `${thrown.code} ${thrown.message}` : String(thrown)),
  );

describe('the links', () => {
  let directory: string;
  let clock: FakeClock;

  const open = (content: unknown) => async () => {
    const file = join(directory, 'recording.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    const call = { signal: new AbortController().signal, deadline: clock.monotonic() + 1_000 };
    const link = await createLinks({
      clock,
      random: Math.random,
      log: silentLog,
      boards: {},
      claim: () => () => undefined,
    }).open(`replay:${file}`, {}, call);
    return link.query('OUT?', call);
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'busbar-links-'));
    clock = fakeClock();
  });

  afterEach(async () => {
    clock.uninstall();
    await rm(directory, { recursive: true });
  });

  it('say which of them exist when a resource needs another', () => {
    expect(() => {
      createLinks({
        clock,
        random: Math.random,
        log: silentLog,
        boards: {},
        claim: () => () => undefined,
      }).check('GPIB::4::INSTR');
    }).to.throw(
      'no road reaches "GPIB0::4::INSTR": board 0 has no adapter, name it under station.gpib; the roads are: ',
    );
  });

  it('play a recording', async () => {
    expect(await open({ conversation: [{ send: 'OUT?', answer: '5' }], repeatFrom: 0 })()).to.equal('5');
  });

  for (const [name, content, reason] of [
    ['no JSON', '{', 'cannot be played'],
    ['no conversation', {}, 'no "conversation" list'],
    ['an exchange without a request', { conversation: [{ answer: '5' }] }, 'exchange 0 has no text "send"'],
    [
      'a repeat from beyond its end',
      { conversation: [{ send: 'OUT?' }], repeatFrom: 1 },
      '"repeatFrom" is no index into its 1 exchanges',
    ],
  ] as const) {
    it(`do not play a recording with ${name}`, async () => {
      const message = await messageOf(open(content)());
      expect(message).to.match(/^DISCONNECTED the recording /);
      expect(message).to.contain(reason);
    });
  }
});
