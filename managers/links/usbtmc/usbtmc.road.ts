import { HardwareError } from '../../../core/errors.js';
import { BlockingSlots } from './blocking-slots.js';
import type { RoadKind } from '../road.js';
import { UsbtmcRoad } from './usbtmc-conversation.js';
import { openUsbtmcDevice, type OpenUsbtmcDevice, type UsbtmcDevice } from './usbtmc-device.js';
import { cannotOpenDevice } from './usbtmc-errors.js';
import { kernelFiles, usbtmcPath, type KernelFiles } from './usbtmc-lookup.js';
import { usbtmcRequests } from './usbtmc-requests.js';

export type UsbtmcSeams = { readonly openDevice?: OpenUsbtmcDevice; readonly files?: KernelFiles };

/** Silent instruments at USB keep so many of the four threads of Node.js; files and names have the rest. */
const MAX_BLOCKED_THREADS = 2;

/** USB instruments through the kernel's USBTMC driver. Linux only; not tried with an instrument yet. */
export const createUsbtmcRoad = (seams: UsbtmcSeams = {}): RoadKind => {
  const { openDevice = openUsbtmcDevice, files = kernelFiles } = seams;
  const slots = new BlockingSlots(MAX_BLOCKED_THREADS);
  const open = (path: string): Promise<UsbtmcDevice> =>
    openDevice(path).catch((thrown: unknown) => {
      throw cannotOpenDevice(path, thrown);
    });
  return {
    form: 'USB::<vendor>::<product>::<serial>[::<interface>]::INSTR, /dev/usbtmc<number>',
    claims: ({ type }) => type === 'usbtmc' || type === 'usbtmc-file',
    open: async (resource, settings, { clock }) => {
      if (resource.type !== 'usbtmc' && resource.type !== 'usbtmc-file')
        throw new HardwareError('BAD_ARGUMENT', 'this is no USB instrument');
      const path = resource.type === 'usbtmc' ? await usbtmcPath(resource, files) : resource.path;
      const device = await open(path);
      await device.request(usbtmcRequests.autoAbort, Uint8Array.of(1)).catch(() => undefined); // see there
      return new UsbtmcRoad({ path, device, slots, clock, settings });
    },
  };
};

export const usbtmcRoad: RoadKind = createUsbtmcRoad();
