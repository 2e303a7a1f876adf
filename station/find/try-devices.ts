import type { Resource } from '../../core/wire/visa-resource.js';
import type { LocalDevice } from './local-devices.js';
import type { Target, Trial } from './trial.js';

/** Asks there, unless it is used under this name or another. Never rejects. */
export type AskAs = (target: Target, otherNames?: readonly Resource[]) => Promise<Trial>;

export type DevicesToTry = {
  readonly serialPorts: readonly LocalDevice[];
  readonly usbtmcDevices: readonly LocalDevice[];
  /** Of serial ports; undefined: leave them alone. */
  readonly baudRate: number | undefined;
};

export type DevicesTried = { readonly trials: readonly Trial[]; readonly notAsked: readonly LocalDevice[] };

/** CR LF: who waits for CR alone, or for LF alone, takes the other for a blank. */
const SERIAL_LINE_END = '\r\n';

/** Asks the devices of this computer. A serial port is asked only when that is wanted: what hangs there may take any text for
 *  a command. Never rejects. */
export const tryDevices = async (
  { serialPorts, usbtmcDevices, baudRate }: DevicesToTry,
  { ask, usedBy }: { readonly ask: AskAs; readonly usedBy: (resource: Resource) => string | undefined },
): Promise<DevicesTried> => {
  const usb = usbtmcDevices.map(({ resource, path }) => ask({ resource }, [{ type: 'usbtmc-file', path }]));
  const asked = serialPorts.flatMap(({ resource }) =>
    baudRate === undefined ? [] : [ask({ resource, writeTermination: SERIAL_LINE_END, baudRate })],
  );
  const listed = baudRate === undefined ? serialPorts : [];
  const used = listed.flatMap(({ resource }): readonly Trial[] => {
    const by = usedBy(resource);
    return by === undefined ? [] : [{ type: 'inUse', resource, by }];
  });
  const trials = (await Promise.all([...usb, ...asked])).map(thereAnyway);
  return {
    trials: [...trials, ...used],
    notAsked: listed.filter(({ resource }) => usedBy(resource) === undefined),
  };
};

/** What is listed is there: what keeps us off it is worth a word. */
const thereAnyway = (trial: Trial): Trial =>
  trial.type === 'absent' ? { type: 'silent', resource: trial.resource, problem: trial.problem } : trial;
