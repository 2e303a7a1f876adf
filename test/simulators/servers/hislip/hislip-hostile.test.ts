import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHislip } from '../../../../core/wire/hislip.js';
import { HislipConnection } from '../../../../simulators/servers/hislip/hislip-connection.js';
import { HislipSessions } from '../../../../simulators/servers/hislip/hislip-sessions.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { MemoryLog } from '../../../support/memory-log.js';
import { HislipProbe, settled } from './hislip-probe.js';
import { ScriptedInstrument } from '../scripted-instrument.js';

const anyMessage = fc
  .record({
    type: fc.oneof(fc.nat(40), fc.nat(255)),
    control: fc.oneof(fc.nat(3), fc.nat(255)),
    parameter: fc.oneof(fc.constantFrom(0, 1, 0xffffff00, 0xffffff02, 0xffffffff), fc.nat(0xffffffff)),
    payload: fc.oneof(
      fc.constantFrom(Buffer.from('*IDN?\n'), Buffer.from('hislip0')),
      fc.uint8Array({ maxLength: 20 }),
    ),
  })
  .map(encodeHislip);
const anySaying = fc.record({ toSync: fc.boolean(), bytes: fc.oneof(anyMessage, anyMessage, fc.uint8Array()) });

describe('a HiSLIP server under hostile bytes', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => {
    clock.uninstall();
  });

  it('throws nothing, ends every session, leaves no timer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySaying, { maxLength: 12 }), fc.boolean(), async (sayings, isInitialised) => {
        const instrument = new ScriptedInstrument();
        const sessions = new HislipSessions({
          devices: { hislip0: instrument },
          mode: 'synchronized',
          maxSessions: 2,
          clock,
        });
        const dial = (): HislipProbe => {
          const { probe, stream } = HislipProbe.pair();
          const cut = (): void => void stream.destroy();
          sessions.accept(new HislipConnection({ stream, clock, log: new MemoryLog(), cut }));
          return probe;
        };
        const [sync, async] = [dial(), dial()];
        if (isInitialised) {
          sync.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
          await settled();
          async.say('asyncInitialize', { parameter: 1 });
        }
        for (const { toSync, bytes } of sayings) (toSync ? sync : async).bytes(bytes);
        await settled();
        sync.close();
        async.close();
        await settled();
        expect(clock.pending).to.equal(0);
        expect(instrument.sessions.every(({ isClosed }) => isClosed)).to.equal(true);
      }),
      { numRuns: 60 },
    );
  });
});
