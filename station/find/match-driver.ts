import type { DriverFile } from '../../core/driver-file/driver-file.js';

/** What an instrument says of itself. */
export type FoundIdentity = {
  /** Its whole answer, as it came. */
  readonly text: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly revision: string;
};

/** How a config drives it. `driver` undefined: nobody has written a driver file for it. */
export type Match = {
  readonly identity: FoundIdentity;
  readonly kind: 'psu' | 'instrument';
  readonly driver?: string;
};

const ASK = '*IDN?';
/** Longer ones are no answer to it; a pattern need not look at them. */
const MAX_IDENTITY = 512;

/** Finds the driver file whose identity pattern and models have this answer to `*IDN?`. */
export const matchDriver = (answer: string, files: readonly DriverFile[]): Match => {
  const text = answer.slice(0, MAX_IDENTITY).trim();
  for (const file of files) {
    const groups = asksIdn(file) ? new RegExp(file.identity.answer).exec(text)?.groups : undefined;
    if (groups === undefined) continue;
    const { manufacturer = '', model = '', serial = '', revision = '' } = groups;
    if (!Object.hasOwn(file.models, model)) continue;
    const kind = file.family === 'psu' ? 'psu' : 'instrument';
    return { identity: { text, manufacturer, model, serial, revision }, kind, driver: file.driver };
  }
  return { identity: fieldsOf(text), kind: 'instrument' };
};

const asksIdn = ({ identity }: DriverFile): boolean => (identity.ask ?? ASK).toUpperCase() === ASK;

/** IEEE 488.2, 10.14: manufacturer, model, serial number, firmware level. */
const fieldsOf = (text: string): FoundIdentity => {
  const [manufacturer = '', model = '', serial = '', ...revision] = text.split(',').map((field) => field.trim());
  return { text, manufacturer, model, serial, revision: revision.join(',') };
};

/** Whether it looks like an answer to `*IDN?` rather than a greeting or an error page. */
export const looksLikeIdentity = (text: string): boolean => /^[^,<>{}]{1,80}(,[^,]{0,80}){2,}$/.test(text.trim());
