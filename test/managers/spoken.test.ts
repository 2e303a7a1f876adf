import { expect } from 'chai';
import { resolveDriver } from '../../core/driver-file/resolve.js';
import type { Json } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import type { Call } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { createScpiDevice } from '../../managers/scpi/scpi-device.js';
import { createInstrument } from '../../simulators/instrument/create-instrument.js';
import { driverFiles } from '../../station/driver-files.js';
import { FakeClock } from '../support/fake-clock.js';
import { PlayedLink, playing } from '../support/played-link.js';

type Deed =
  | readonly ['read', parameter: string]
  | readonly ['set', parameter: string, value: Json]
  | readonly ['run', command: string];

/** What the manuals, and open drivers of them, say for each family; `identity`: what such an instrument answers. */
type Spoken = {
  readonly identity: string;
  readonly port: number | undefined;
  readonly channel?: ChannelId;
  readonly says: readonly (readonly [deed: Deed, ...said: readonly string[]])[];
};

const spoken: Readonly<Record<string, Spoken>> = {
  'keysight-e36300': {
    identity: 'Keysight Technologies,E36313A,MY61004803,2.1.0-1.0.4-1.12',
    port: 5025,
    channel: 2,
    says: [
      [['set', 'voltageSetpoint', 5], 'VOLT 5,(@2)'],
      [['read', 'voltageSetpoint'], 'VOLT? (@2)'],
      [['set', 'currentLimit', 0.5], 'CURR 0.5,(@2)'],
      [['read', 'currentLimit'], 'CURR? (@2)'],
      [['set', 'enabled', true], 'OUTP 1,(@2)'],
      [['read', 'enabled'], 'OUTP? (@2)'],
      [['read', 'voltage'], 'MEAS:VOLT? (@2)'],
      [['read', 'current'], 'MEAS:CURR? (@2)'],
      [['set', 'overVoltageLevel', 12], 'VOLT:PROT 12,(@2)'],
      [['read', 'overVoltageLevel'], 'VOLT:PROT? (@2)'],
      [['set', 'overVoltageEnabled', true], 'VOLT:PROT:STAT 1,(@2)'],
      [['read', 'overVoltageTripped'], 'VOLT:PROT:TRIP? (@2)'],
      [['run', 'clearOverVoltage'], 'VOLT:PROT:CLE (@2)'],
      [['set', 'overCurrentEnabled', true], 'CURR:PROT:STAT 1,(@2)'],
      [['set', 'overCurrentDelay', 0.05], 'CURR:PROT:DEL 0.05,(@2)'],
      [['read', 'overCurrentEnabled'], 'CURR:PROT:STAT? (@2)'],
      [['read', 'overCurrentTripped'], 'CURR:PROT:TRIP? (@2)'],
      [['run', 'clearOverCurrent'], 'CURR:PROT:CLE (@2)'],
      [['run', 'clearProtection'], 'OUTP:PROT:CLE (@2)'],
      [['set', 'riseDelay', 0.1], 'OUTP:DEL:RISE 0.1,(@2)'],
      [['set', 'fallDelay', 0.1], 'OUTP:DEL:FALL 0.1,(@2)'],
      [['set', 'sense', 'remote'], 'VOLT:SENS EXT,(@2)'],
      [['read', 'mode'], 'STAT:QUES:INST:ISUM2:COND?'],
      [['set', 'tracking', 'series'], 'OUTP:PAIR SER'],
      [['read', 'tracking'], 'OUTP:PAIR?'],
      [['run', 'local'], 'SYST:LOC'],
      [['run', 'remote'], 'SYST:REM'],
    ],
  },
  'rigol-dp800': {
    identity: 'RIGOL TECHNOLOGIES,DP832,DP8C1,00.01.16',
    port: 5555,
    channel: 2,
    says: [
      [['set', 'voltageSetpoint', 5], ':INST:NSEL 2', ':SOUR:VOLT 5'],
      [['set', 'currentLimit', 0.5], ':INST:NSEL 2', ':SOUR:CURR 0.5'],
      [['set', 'enabled', true], ':INST:NSEL 2', ':OUTP ON'],
      [['read', 'enabled'], ':INST:NSEL 2', ':OUTP?'],
      [['read', 'voltage'], ':INST:NSEL 2', ':MEAS:VOLT?'],
      [['read', 'current'], ':INST:NSEL 2', ':MEAS:CURR?'],
      [['read', 'power'], ':INST:NSEL 2', ':MEAS:POWE?'],
      [['read', 'mode'], ':INST:NSEL 2', ':OUTP:MODE?'],
      [['set', 'overVoltageEnabled', true], ':INST:NSEL 2', ':OUTP:OVP ON'],
      [['set', 'overVoltageLevel', 6], ':INST:NSEL 2', ':OUTP:OVP:VAL 6'],
      [['read', 'overVoltageTripped'], ':INST:NSEL 2', ':OUTP:OVP:QUES?'],
      [['set', 'overCurrentEnabled', true], ':INST:NSEL 2', ':OUTP:OCP ON'],
      [['set', 'overCurrentLevel', 1], ':INST:NSEL 2', ':OUTP:OCP:VAL 1'],
      [['read', 'overCurrentTripped'], ':INST:NSEL 2', ':OUTP:OCP:QUES?'],
      [['run', 'remote'], 'SYST:REMOTE'],
      [['run', 'local'], 'SYST:LOCAL'],
    ],
  },
  'siglent-spd3303x': {
    identity: 'Siglent Technologies,SPD3303X,SPD3XIDD4R0000,1.01.01.02.05',
    port: 5025,
    channel: 2,
    says: [
      [['set', 'voltageSetpoint', 5], 'CH2:VOLT 5'],
      [['set', 'currentLimit', 0.5], 'CH2:CURR 0.5'],
      [['set', 'enabled', true], 'OUTP CH2,ON'],
      [['read', 'enabled'], 'SYST:STAT?'],
      [['read', 'voltage'], 'MEAS:VOLT? CH2'],
      [['read', 'mode'], 'SYST:STAT?'],
      [['set', 'tracking', 'series'], 'OUTP:TRACK 1'],
      [['set', 'tracking', 'parallel'], 'OUTP:TRACK 2'],
      [['set', 'tracking', 'off'], 'OUTP:TRACK 0'],
    ],
  },
  'rohde-schwarz-hmp': {
    identity: 'ROHDE&SCHWARZ,HMP4040,100001,HW50020001/SW2.50',
    port: 5025,
    channel: 2,
    says: [
      [['set', 'voltageSetpoint', 5], 'INST:NSEL 2', 'VOLT 5'],
      [['set', 'currentLimit', 0.5], 'INST:NSEL 2', 'CURR 0.5'],
      [['set', 'enabled', true], 'INST:NSEL 2', 'OUTP ON'],
      [['set', 'masterEnabled', true], 'OUTP:GEN 1'],
      [['read', 'voltage'], 'INST:NSEL 2', 'MEAS:VOLT?'],
      [['read', 'mode'], 'INST:NSEL 2', 'STAT:QUES:INST:ISUM2:COND?'],
      [['set', 'overVoltageLevel', 6], 'INST:NSEL 2', 'VOLT:PROT:LEV 6'],
      [['read', 'overVoltageTripped'], 'INST:NSEL 2', 'VOLT:PROT:TRIP?'],
    ],
  },
  'rohde-schwarz-hmc804x': {
    identity: 'Rohde&Schwarz,HMC8043,010001,HW42000000,SW01.400',
    port: 5025,
    channel: 2,
    says: [
      [['set', 'voltageSetpoint', 5], 'INST:NSEL 2', 'VOLT 5'],
      [['set', 'enabled', true], 'INST:NSEL 2', 'OUTP ON'],
      [['read', 'voltage'], 'INST:NSEL 2', 'MEAS:VOLT?'],
      [['set', 'overVoltageEnabled', true], 'INST:NSEL 2', 'VOLT:PROT:STAT 1'],
      [['set', 'overVoltageLevel', 6], 'INST:NSEL 2', 'VOLT:PROT:LEV 6'],
      [['set', 'overCurrentEnabled', true], 'INST:NSEL 2', 'FUSE:STAT 1'],
      [['set', 'overCurrentDelay', 0.1], 'INST:NSEL 2', 'FUSE:DEL 0.1'],
      [['read', 'overCurrentTripped'], 'INST:NSEL 2', 'FUSE:TRIP?'],
    ],
  },
  'rohde-schwarz-nge100b': {
    identity: 'Rohde&Schwarz,NGE103B,5601.3800k03/100001,1.54',
    port: 5025,
    channel: 3,
    says: [
      [['set', 'voltageSetpoint', 5], 'INST:NSEL 3', 'VOLT 5'],
      [['set', 'enabled', false], 'INST:NSEL 3', 'OUTP OFF'],
      [['read', 'voltage'], 'INST:NSEL 3', 'MEAS:VOLT?'],
      [['set', 'overVoltageEnabled', true], 'INST:NSEL 3', 'VOLT:PROT:STAT 1'],
      [['set', 'overCurrentEnabled', true], 'INST:NSEL 3', 'FUSE:STAT 1'],
      [['set', 'overCurrentDelay', 0.1], 'INST:NSEL 3', 'FUSE:DEL 0.1'],
      [['read', 'overCurrentTripped'], 'INST:NSEL 3', 'FUSE:TRIP?'],
    ],
  },
  'rohde-schwarz-ngp800': {
    identity: 'Rohde&Schwarz,NGP804,5601.4007k07/100001,2.015',
    port: 5025,
    channel: 4,
    says: [
      [['set', 'voltageSetpoint', 5], 'VOLT 5,(@4)'],
      [['set', 'enabled', true], 'OUTP:STAT 1,(@4)'],
      [['read', 'voltage'], 'MEAS:VOLT? (@4)'],
      [['set', 'overVoltageEnabled', true], 'VOLT:PROT 1,(@4)'],
      [['set', 'overVoltageLevel', 6], 'VOLT:PROT:LEV 6,(@4)'],
      [['set', 'overCurrentEnabled', true], 'FUSE 1,(@4)'],
      [['set', 'overCurrentDelay', 0.1], 'FUSE:DEL 0.1,(@4)'],
      [['set', 'overPowerEnabled', true], 'POW:PROT 1,(@4)'],
    ],
  },
  'aim-tti-plp': {
    identity: 'THURLBY THANDAR, CPX400DP, 279730, 1.00-1.00',
    port: 9221,
    channel: 2,
    says: [
      [['set', 'voltageSetpoint', 5], 'V2 5'],
      [['read', 'voltageSetpoint'], 'V2?'],
      [['set', 'currentLimit', 0.1], 'I2 0.1'],
      [['set', 'enabled', true], 'OP2 1'],
      [['read', 'enabled'], 'OP2?'],
      [['read', 'voltage'], 'V2O?'],
      [['read', 'current'], 'I2O?'],
      [['run', 'allOff'], 'OPALL 0'],
      [['run', 'clearProtection'], 'TRIPRST'],
    ],
  },
  'hp-66xxb': {
    identity: 'HEWLETT-PACKARD,6632B,US1,A.01.05',
    port: undefined,
    channel: 1,
    says: [
      [['set', 'voltageSetpoint', 5], ':SOUR:VOLT 5'],
      [['set', 'enabled', true], 'OUTP:STAT ON'],
      [['read', 'voltage'], ':MEAS:VOLT?'],
      [['set', 'overVoltageLevel', 6], 'VOLT:PROT 6'],
      [['read', 'mode'], 'STAT:OPER:COND?'],
    ],
  },
  'keysight-n5700': {
    identity: 'Agilent Technologies,N5767A,US1,A.05.05',
    port: 5025,
    channel: 1,
    says: [
      [['set', 'voltageSetpoint', 5], ':SOUR:VOLT 5'],
      [['set', 'enabled', true], ':OUTP:STAT ON'],
      [['read', 'voltage'], ':MEAS:VOLT?'],
      [['set', 'overVoltageLevel', 6], ':VOLT:PROT 6'],
    ],
  },
  'fluke-5502e': {
    identity: 'FLUKE,5502E,1234567,1.0+1.0+1.0+*',
    port: undefined,
    says: [
      [['set', 'output', 5.141759], 'OUT 5.141759 V'],
      [['run', 'operate'], 'OPER'],
      [['run', 'standby'], 'STBY'],
    ],
  },
  'agilent-34401a': {
    identity: 'HEWLETT-PACKARD,34401A,0,11-5-2',
    port: undefined,
    says: [[['read', 'reading'], 'READ?']],
  },
  'keithley-2000': {
    identity: 'KEITHLEY INSTRUMENTS INC.,MODEL 2000,0597393,A13 /A02',
    port: undefined,
    says: [[['read', 'reading'], ':READ?']],
  },
};

const LONG_MS = 20_000;

describe('what a shipped driver file says', () => {
  it('is held against the manuals for each of them', () => {
    expect(Object.keys(spoken)).to.have.members(driverFiles.names());
  });

  for (const [name, { identity, port, channel, says }] of Object.entries(spoken))
    it(`is in the words of the instrument: ${name}`, async () => {
      const clock = new FakeClock();
      const driver = resolveDriver(driverFiles.read(name));
      const { file } = driver;
      const groups = new RegExp(file.identity.answer).exec(identity)?.groups;
      const model = groups?.['model'] ?? `no model in ${identity}`;
      expect(driver.models.has(model), model).to.equal(true);
      expect(file.link?.port).to.equal(port);

      const instrument = createInstrument({ name: 'it', file, model, clock, random: seededRandom(1) });
      const link = new PlayedLink('it', clock, playing(instrument));
      const device = createScpiDevice({ driver, model, clock, openLink: () => Promise.resolve(link) });
      const call = (): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + LONG_MS });
      const settled = async (work: Promise<unknown>): Promise<void> => {
        work.catch(() => undefined);
        await clock.pass(LONG_MS);
        await work;
      };
      await settled(device.open(call()));
      // What is asked about power cycles and refusals is said besides.
      const besides = [
        file.errorQueue?.ask,
        file.powerCycle === undefined ? undefined : (file.powerCycle.ask ?? '*ESR?'),
      ].flatMap((text) => (text === undefined ? [] : [text.replace(/[a-z]+/g, '')]));
      for (const [[deed, what, value = null], ...said] of says) {
        const spec = driver.parameters.get(what) ?? driver.commands.get(what);
        const place = spec?.scope === 'manager' ? undefined : channel;
        const before = link.said.length;
        if (deed === 'read') await settled(device.read(what, place, call()));
        else if (deed === 'set') await settled(device.write(what, place, value, call()));
        else await settled(device.run(what, place, {}, call()));
        expect(
          link.said.slice(before).filter((text) => !besides.includes(text)),
          `${deed} ${what}`,
        ).to.deep.equal(said);
      }
      await settled(device.close());
      instrument.close();
      clock.uninstall();
    });
});
