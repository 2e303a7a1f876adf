import type { JsonObject, JsonSchema } from '../../core/json-value.js';
import type { Shape } from '../dialects/psudaemon-models.js';

/** A unit as a PSUDaemon configuration has it, and the manager that stands behind it. */
export type UnitOptions = {
  /** Absent: nothing can be asked of it, an external unit without `get_channels`. */
  readonly manager?: string;
  readonly model: string;
  readonly uri?: string | null;
  readonly pyvisaArgs?: JsonObject;
};

export type PsudaemonOptions = {
  readonly shape: Shape;
  /** Absent: every manager of the kind psu, under its own name. */
  readonly units?: { readonly [unit: string]: UnitOptions };
  /** `settings` as `/settings` shows them. */
  readonly settings: JsonObject;
  /** What `POST /settings` rewrites; absent: it cannot be saved. */
  readonly settingsFile?: string;
};

const defaults: Pick<PsudaemonOptions, 'shape' | 'settings'> = { shape: 'newer', settings: {} };

/** The options with their defaults. They have passed `psudaemonOptionsSchema`. */
export const readPsudaemonOptions = (raw: JsonObject): PsudaemonOptions => ({
  ...defaults,
  ...(raw as Partial<PsudaemonOptions>),
});

const unitSchema: JsonSchema = {
  type: 'object',
  properties: {
    manager: { description: 'The manager behind it', type: 'string', minLength: 1 },
    model: { description: 'As clients see it: Keysight Technologies,E36313A', type: 'string' },
    uri: { description: 'As clients see it; what is opened is the resource of the manager', type: ['string', 'null'] },
    pyvisaArgs: { description: 'As /settings shows it', type: 'object' },
  },
  required: ['model'],
  additionalProperties: false,
};

export const psudaemonOptionsSchema: JsonSchema = {
  description: "PSUDaemon's REST routes at the root of this port",
  type: 'object',
  properties: {
    shape: {
      description:
        'newer: the answers that its client and exporter read; older: those of its README; both: the newer ones with the older keys beside them',
      enum: ['newer', 'older', 'both'],
      default: defaults.shape,
    },
    units: {
      description: 'Its units in their order; without it every manager of the kind psu, under its own name',
      type: 'object',
      additionalProperties: unitSchema,
    },
    settings: { description: 'What /settings shows as settings', type: 'object', default: {} },
    settingsFile: {
      description: 'The YAML file that POST /settings writes: names and set-points of the channels',
      type: 'string',
      minLength: 1,
    },
  },
  additionalProperties: false,
};
