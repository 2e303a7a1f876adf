import { NEVER, type Observable } from 'rxjs';
import type { ResolvedCommand, ResolvedDriver, ResolvedParameter } from '../../core/driver-file/resolve.js';
import { titleOf } from '../../core/driver-file/title.js';
import { vocabulary } from '../../core/driver-file/vocabulary.js';
import type { Problem } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { Call, Limits } from '../../core/parameter.js';
import type { Identity, ScpiDevice } from '../scpi/scpi-device-shape.js';
import type { Output, PsuAction, PsuDriver, PsuModel, Quantity } from './psu.driver.js';

/** A supply whose driver file knows no channels has one output, and it is the first. */
const ONLY_OUTPUT: Output = 1;

/** What the driver file of a supply says; `model`: the one that the config names. */
export const psuModelOf = (driver: ResolvedDriver, model: string | undefined): PsuModel => {
  const { file, models, parameters, commands } = driver;
  const candidates = [...models.values()].filter(({ name }) => model === undefined || name === model);
  const [only, another] = candidates;
  const isKnown = only !== undefined && another === undefined;
  const hasOutputs = candidates.some(({ channels }) => channels.length > 0);
  const isThere = (name: string, scope: 'channel' | 'manager'): boolean =>
    candidates.some(
      (each) =>
        each.has(name, undefined) || (scope === 'channel' && each.channels.some((output) => each.has(name, output))),
    );
  return {
    description: titleOf(file),
    quantities: [...parameters.values()]
      .filter(({ name, scope }) => isThere(name, scope))
      .map((parameter) => quantityOf(parameter, hasOutputs)),
    actions: [...commands.values()]
      .filter(({ name, scope }) => isThere(name, scope))
      .map((command) => actionOf(command, hasOutputs)),
    outputs: isKnown ? (hasOutputs ? only.channels : [ONLY_OUTPUT]) : [],
    limits: (quantity, output) => (isKnown ? only.limits(quantity, hasOutputs ? output : undefined) : undefined),
  };
};

/** What belongs to the only output of a supply without channels is written there as being of the whole device. */
const scopeOf = ({ name, scope }: Pick<ResolvedParameter, 'name' | 'scope'>, hasOutputs: boolean) =>
  hasOutputs ? scope : (vocabulary.psu[name]?.scope ?? 'channel');

const quantityOf = (parameter: ResolvedParameter, hasOutputs: boolean): Quantity => {
  const { name, description, type, unit, choices, ask, tell } = parameter;
  const scope = scopeOf(parameter, hasOutputs);
  return { name, description, type, unit, choices, scope, isAsked: ask !== undefined, isWritable: tell !== undefined };
};

const actionOf = (command: ResolvedCommand, hasOutputs: boolean): PsuAction => {
  const { name, description, arguments: specs } = command;
  return { name, description, scope: scopeOf(command, hasOutputs), arguments: specs };
};

/** A supply that is spoken to by a driver file. */
export class ScpiPsu implements PsuDriver {
  readonly #device: ScpiDevice;

  constructor(device: ScpiDevice) {
    this.#device = device;
  }

  get identity(): Identity | undefined {
    return this.#device.identity;
  }

  get outputs(): readonly Output[] {
    const { channels } = this.#device;
    return channels.length === 0 ? [ONLY_OUTPUT] : channels;
  }

  get lost(): Observable<Problem> {
    return this.#device.lost ?? NEVER;
  }

  open = (call: Call): Promise<void> => this.#device.open(call);
  close = (): Promise<void> => this.#device.close();

  has = (name: string, output: Output | undefined): boolean => this.#device.has(name, this.#place(output));

  limits = (quantity: string, output: Output | undefined): Limits | undefined =>
    this.#device.limits(quantity, this.#place(output));

  read = (quantity: string, output: Output | undefined, call: Call): Promise<Json> =>
    this.#device.read(quantity, this.#place(output), call);

  write = (quantity: string, output: Output | undefined, value: Json, call: Call): Promise<void> =>
    this.#device.write(quantity, this.#place(output), value, call);

  run = (action: string, output: Output | undefined, values: JsonObject, call: Call): Promise<Json> =>
    this.#device.run(action, this.#place(output), values, call);

  #place(output: Output | undefined): Output | undefined {
    return this.#device.channels.length === 0 ? undefined : output;
  }
}
