import { abortCall, VXI11_ABORT } from '../../../core/wire/vxi11.js';
import { vxi11Errors } from '../../../core/wire/vxi11-words.js';
import { served, type RpcProgram } from './rpc-program.js';
import type { Vxi11DeviceTable } from './vxi11-device-table.js';

/** The abort program: from a second connection it ends what a link waits for. */
export const abortProgram = (devices: Pick<Vxi11DeviceTable, 'abort'>): RpcProgram => ({
  ...VXI11_ABORT,
  procedures: new Map([
    served(abortCall, ({ lid }) => ({
      error: (devices.abort(lid) ? vxi11Errors.none : vxi11Errors.invalidLink).number,
    })),
  ]),
});
