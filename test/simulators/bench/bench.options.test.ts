import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { FakeStation } from '../../managers/fake-station.js';
import { refusalOf } from './bench-lab.js';

const psu = { driver: 'keysight-e36300', model: 'E36313A' };
const rack = { driver: 'fluke-5502e' };
const meter = { driver: 'agilent-34401a' };

const good: Readonly<Record<string, JsonObject>> = {
  'an instrument without servers': { instruments: { psu } },
  'loads in ohms, and in ohms and farads': {
    instruments: { psu: { ...psu, loads: { 1: 10, 2: { ohms: 50, farads: 0.001 }, 3: 0 } } },
  },
  'a meter that follows an instrument that comes after it': {
    instruments: { meter: { ...meter, follows: { instrument: 'rack', parameter: 'output', divider: 2_000 } }, rack },
  },
  'a meter that follows an output': {
    instruments: { psu, meter: { ...meter, follows: { instrument: 'psu', parameter: 'voltage', channel: 2 } } },
  },
  'every protocol': {
    instruments: { psu },
    servers: [
      { protocol: 'socket', instrument: 'psu', port: 0 },
      { protocol: 'vxi11', devices: { inst0: 'psu', 'gpib0,4': 'psu' }, portmapper: true },
      { protocol: 'hislip', devices: { hislip0: 'psu' } },
      { protocol: 'prologix', addresses: { 4: 'psu' } },
    ],
  },
  'faults from the start': {
    instruments: { psu: { ...psu, faults: ['slow 100 every 3', 'garbage once', 'error -222 "Data out of range"'] } },
  },
};

const follow = (follows: JsonObject, others: JsonObject = { rack }): JsonObject => ({
  instruments: { meter: { ...meter, follows }, ...others },
});

const bad: Readonly<Record<string, readonly [JsonObject, RegExp]>> = {
  'no instruments': [{ instruments: {} }, /^\/instruments/],
  'a name that is none': [{ instruments: { 'P S U': psu } }, /P S U/],
  'a model that is not in the file': [
    { instruments: { psu: { ...psu, model: 'E3631A' } } },
    /^instruments\.psu\.model: model E3631A is not in keysight-e36300; there are: E36311A/,
  ],
  'a fault that is none': [
    { instruments: { psu: { ...psu, faults: ['loud'] } } },
    /^instruments\.psu\.faults: "loud" is no fault; there are: silent, slow, late/,
  ],
  'a serial number that would be two fields of the identity': [
    { instruments: { psu: { ...psu, serial: 'A,B' } } },
    /^instruments\.psu\.serial: "A,B" is not 1\.\.64 ASCII characters without comma$/,
  ],
  'a serial number with a line end': [
    { instruments: { psu: { ...psu, serial: 'A\n' } } },
    /^instruments\.psu\.serial: "A\\n"/,
  ],
  'a load on a meter': [
    { instruments: { meter: { ...meter, loads: { 1: 5 } } } },
    /^instruments\.meter\.loads: a meter has no outputs to load$/,
  ],
  'a load on an output that is not there': [
    { instruments: { psu: { ...psu, loads: { 4: 5 } } } },
    /^instruments\.psu\.loads: there is no output 4; there are: 1, 2, 3$/,
  ],
  'a negative load': [{ instruments: { psu: { ...psu, loads: { 1: -5 } } } }, /loads/],
  'a supply that follows': [
    { instruments: { rack, psu: { ...psu, follows: { instrument: 'rack', parameter: 'output' } } } },
    /^instruments\.psu\.follows: a psu measures nothing; only meters follow$/,
  ],
  'a meter that follows nobody': [
    follow({ instrument: 'rock', parameter: 'output' }),
    /^instruments\.meter\.follows: there is no instrument rock; there are: rack, meter$/,
  ],
  'a meter that follows a follower': [
    follow(
      { instrument: 'other', parameter: 'reading' },
      { rack, other: { ...meter, follows: { instrument: 'rack', parameter: 'output' } } },
    ),
    /^instruments\.meter\.follows: other follows another one itself$/,
  ],
  'a meter that follows no number': [
    follow({ instrument: 'rack', parameter: 'operating' }),
    /^instruments\.meter\.follows: rack has no number operating; it has: output$/,
  ],
  'a meter that follows an output that is not there': [
    follow({ instrument: 'psu', parameter: 'voltage', channel: 9 }, { psu }),
    /^instruments\.meter\.follows\.channel: psu has 1, 2, 3$/,
  ],
  'a divider of 0': [follow({ instrument: 'rack', parameter: 'output', divider: 0 }), /divider/],
  'a server that plays nobody': [
    { instruments: { psu }, servers: [{ protocol: 'hislip', devices: { hislip0: 'pus' } }] },
    /^servers\.0: there is no instrument pus; there are: psu$/,
  ],
  'a protocol that is none': [
    { instruments: { psu }, servers: [{ protocol: 'telnet', instrument: 'psu' }] },
    /servers\/0/,
  ],
  'a GPIB address that is none': [
    { instruments: { psu }, servers: [{ protocol: 'prologix', addresses: { 31: 'psu' } }] },
    /servers\/0/,
  ],
};

describe('the options of a simulated bench', () => {
  let station: FakeStation;

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(() => station.stop());

  for (const [what, options] of Object.entries(good))
    it(`take ${what}`, () => {
      expect(refusalOf(station, options)).to.equal(undefined);
    });

  for (const [what, [options, why]] of Object.entries(bad))
    it(`refuse ${what}`, () => {
      expect(refusalOf(station, options)).to.match(why);
    });
});
