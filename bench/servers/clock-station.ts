import { noDriverFiles } from '../../core/driver-file/driver-files.js';
import { noLinks } from '../../core/link.js';
import { Bus } from '../../core/bus.js';
import { defineManager } from '../../core/define-manager.js';
import type { Device } from '../../core/device.js';
import { silentLog } from '../../core/log.js';
import { declare } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { envelopeTcpKind } from '../../connectors/envelope-tcp/connector.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../../station/system-clock.js';

/** A station of one block whose voltage is the time at which it was read (ms, with microseconds), every `periodMs`:
 *  the receiver of a reading can tell how long it was on its way. */
const pollMs = Number(process.argv[2]);

type ClockDevice = Device & { readonly blocks: readonly number[] };
const { numeric } = declare<ClockDevice>();
const clockManager = defineManager<ClockDevice>({
  kind: 'clock',
  description: 'Reads the time',
  channels: ({ blocks }) => blocks,
  parameters: {
    voltage: numeric({
      description: 'Time of the reading',
      unit: 'V',
      pollMs,
      read: () => Promise.resolve(performance.timeOrigin + performance.now()),
    }),
  },
  makeSafe: () => Promise.resolve(),
});

const nothing = (): Promise<void> => Promise.resolve();
const bus = new Bus({ clock: systemClock });
const parts = {
  clock: systemClock,
  random: seededRandom(1),
  log: silentLog,
  compile: createCompiler(),
  links: noLinks,
  drivers: noDriverFiles,
};
const manager = clockManager.create({
  ...parts,
  stream: bus.streamOf('hv'),
  createDriver: () => ({ blocks: [1], open: nothing, close: nothing }),
});
bus.attach(manager);
const connector = envelopeTcpKind.create(
  { host: '127.0.0.1', port: 0, dialect: 'online', blocks: { 1: 'hv/1' } },
  { ...parts, name: 'online', bus },
);
await manager.start();
const [listener] = await connector.start();
console.log(`ready online=${listener?.url ?? ''}`);
process.on('SIGTERM', () => {
  process.exit(0);
});
