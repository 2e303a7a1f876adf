import { Subject } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import type { Call, Limits } from '../../core/parameter.js';
import type { Identity } from '../scpi/scpi-device-shape.js';
import { readChannelList, type ListedChannel } from './channel-list.js';
import type { Output, PsuDriver, PsuModel } from './psu.driver.js';
import { quantityOf } from './quantities.js';
import { SharedWork } from '../../core/shared-work.js';
import type { RunShell } from './shell-command.js';

export type ExternalOptions = {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly run: RunShell;
  /** Shell commands. `ping`: the unit is there when it ends with 0. */
  readonly ping: string | undefined;
  /** Prints a JSON array of { index, name, voltage, current, state }. */
  readonly getChannels: string;
  readonly identity: Identity;
  readonly limitMs: number;
};

/** In PSUDaemon's words: name, voltage, current, state. */
const keys = { name: 'name', voltage: 'voltage', current: 'current', enabled: 'state' } as const;
type Key = keyof typeof keys;

const isKey = (quantity: string): quantity is Key => Object.hasOwn(keys, quantity);

/** One list of channels answers each of its values once, and not for longer than this: a round of polls runs one command. */
const LIST_LIFE_MS = 500;

/** What every external unit has: nothing that can be set. */
export const externalModel: PsuModel = {
  description: 'Supply that shell commands report on',
  quantities: [
    ...['voltage', 'current', 'enabled'].map((name) => quantityOf(name)),
    { ...quantityOf('name'), type: 'text' },
  ],
  actions: [],
  outputs: [],
  limits: () => undefined,
};

type List = { readonly channels: readonly ListedChannel[]; readonly at: number; readonly taken: Set<string> };

/** A unit that shell commands report on, as PSUDaemon has them: nothing can be set. */
export class ExternalPsu implements PsuDriver {
  readonly lost = new Subject<Problem>();
  readonly identity: Identity;
  readonly #options: ExternalOptions;
  /** Undefined: not opened yet. */
  #outputs: readonly Output[] | undefined;
  #list: List | undefined;
  /** Who asks while a command runs gets what comes of it. */
  readonly #listing = new SharedWork((signal) => this.#fetch(signal));

  constructor(options: ExternalOptions) {
    this.#options = options;
    this.identity = options.identity;
  }

  get outputs(): readonly Output[] {
    return this.#outputs ?? [];
  }

  open = async (call: Call): Promise<void> => {
    const { channels } = await this.#listing.join(call.signal);
    this.#outputs = channels.map(({ index }) => index);
  };

  close = (): Promise<void> => Promise.resolve();

  has = (name: string, output: Output | undefined): boolean =>
    isKey(name) && (output === undefined || this.outputs.includes(output));

  limits = (): Limits | undefined => undefined;

  read = async (quantity: string, output: Output | undefined, call: Call): Promise<Json> => {
    if (!isKey(quantity)) throw new HardwareError('BAD_COMMAND', `an external supply does not tell its ${quantity}`);
    const { channels } = await this.#take(`${quantity} ${String(output)}`, call);
    const channel = channels.find(({ index }) => index === output);
    const value = channel?.[keys[quantity]] ?? null;
    if (value !== null) return value;
    const why = channel === undefined ? `there is no channel ${String(output)}` : `its ${keys[quantity]} is null`;
    throw new HardwareError('DEVICE_FAULT', `channel ${String(output)} is not known: ${why} in the monitoring output`);
  };

  write = (quantity: string): Promise<void> =>
    Promise.reject(new HardwareError('BAD_COMMAND', `an external supply can only be read, ${quantity} cannot be set`));

  run = (action: string): Promise<Json> =>
    Promise.reject(new HardwareError('BAD_COMMAND', `an external supply can only be read, there is no ${action}`));

  async #take(place: string, call: Call): Promise<List> {
    const known = this.#list;
    const isGood =
      known !== undefined && !known.taken.has(place) && this.#options.clock.monotonic() - known.at <= LIST_LIFE_MS;
    const list = isGood ? known : await this.#listing.join(call.signal);
    list.taken.add(place);
    return list;
  }

  async #fetch(signal: AbortSignal): Promise<List> {
    const { ping, getChannels, clock } = this.#options;
    if (ping !== undefined) {
      const { exitCode } = await this.#run(ping, signal);
      if (exitCode !== 0) throw new HardwareError('DISCONNECTED', `"${ping}" ended with ${exitCode}: it is not there`);
    }
    const channels = await this.#channels(getChannels, signal);
    const list = { channels, at: clock.monotonic(), taken: new Set<string>() };
    this.#list = list;
    this.#compare(channels);
    return list;
  }

  /** A unit with more channels than before is another one: connecting again finds out. */
  #compare(channels: readonly ListedChannel[]): void {
    const known = this.#outputs;
    const added = known === undefined ? [] : channels.filter(({ index }) => !known.includes(index));
    const [first] = added;
    if (first !== undefined) this.lost.next(problem('DISCONNECTED', `it has a new channel, ${first.index}`));
  }

  #run(line: string, signal: AbortSignal) {
    const { run, limitMs, clock } = this.#options;
    return run(line, limitMs, { signal, deadline: clock.monotonic() + limitMs });
  }

  async #channels(line: string, signal: AbortSignal): Promise<readonly ListedChannel[]> {
    const { exitCode, output, complaint } = await this.#run(line, signal);
    if (exitCode === 0) return readChannelList(output);
    const text = `unable to parse monitoring output: "${line}" ended with ${exitCode}${complaint === '' ? '' : `: ${complaint}`}`;
    throw new HardwareError('DEVICE_FAULT', text);
  }
}
