import type { JsonObject } from '../../../core/json-value.js';
import type { HardwareManager } from '../../../core/manager.js';
import { seededRandom } from '../../../core/random.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { createInstrument } from '../../../simulators/instrument/create-instrument.js';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { driverFiles } from '../../../station/driver-files.js';
import { playedLinks, playing } from '../../support/played-link.js';
import type { FakeStation } from '../fake-station.js';

/** Longer than its set-up and any round of readings. */
export const SETTLE_MS = 12_000;

export type RealSupply = {
  readonly manager: HardwareManager;
  readonly instrument: SimulatedInstrument;
  readonly links: ReturnType<typeof playedLinks>;
};

/** A manager `psu` in front of a simulated supply of a shipped driver file, an E36313A unless told. */
export const startRealSupply = async (
  station: FakeStation,
  options: JsonObject = {},
  [driver, model] = ['keysight-e36300', 'E36313A'],
): Promise<RealSupply> => {
  const { clock } = station;
  const file = driverFiles.read(driver);
  const instrument = createInstrument({ name: 'it', file, model, clock, random: seededRandom(1) });
  const links = playedLinks(clock, () => playing(instrument));
  const resource = 'TCPIP::127.0.0.1::5025::SOCKET';
  const manager = psuKind.create({ driver, model, resource, ...options }, station.context('psu', links));
  await station.start(manager);
  await clock.pass(SETTLE_MS);
  return { manager, instrument, links };
};
