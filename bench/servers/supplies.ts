import { silentLog } from '../../core/log.js';
import { seededRandom } from '../../core/random.js';
import { blueprintOf, createInstrument } from '../../simulators/instrument/create-instrument.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { driverFiles } from '../../station/driver-files.js';
import { systemClock } from '../../station/system-clock.js';

/** So many simulated E36313A, each on a raw socket of its own; prints their resource strings. */
const count = Number(process.argv[2]);

const file = driverFiles.read('keysight-e36300');
const blueprint = blueprintOf(file);
const parts = { clock: systemClock, log: silentLog };
const resources = await Promise.all(
  Array.from({ length: count }, async (_, index) => {
    const random = seededRandom(index);
    const instrument = createInstrument(
      { name: `supply ${index}`, file, model: 'E36313A', clock: systemClock, random },
      blueprint,
    );
    const [resource = ''] = await createScpiSocketServer({ host: '127.0.0.1', port: 0, instrument }, parts).start();
    return resource;
  }),
);
console.log(`ready ${resources.join(' ')}`);
