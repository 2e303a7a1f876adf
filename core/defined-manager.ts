import { Subscription } from 'rxjs';
import { backoff, reconnectBackoff } from './backoff.js';
import { builtInCommands } from './built-in-commands.js';
import { sleep } from './clock.js';
import {
  argumentProblem,
  commandTable,
  DEFAULT_CALL_MS,
  limitsOfChannel,
  refuseLimits,
  writerOf,
  type CommandEntry,
  type CommandTable,
  type Execute,
} from './command-table.js';
import { Connection, disconnected } from './connection.js';
import type { DefinedManagerOptions, ManagerDefinition } from './manager-definition.js';
import type { Description, ManagerState, ParameterDescription } from './description.js';
import type { Device } from './device.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import { HardwareManager } from './manager.js';
import type { ChannelId, Command } from './message.js';
import type { Call, CommandSpec, Parameter } from './parameter.js';
import { pollPlan, type PollGroup } from './poll-plan.js';
import { poll, pollEachTurn } from './poll.js';
import type { CommandTraits } from './queue.js';
import { ReadingDesk } from './reading-desk.js';
import { millis } from './units.js';

/** Time for running driver calls to settle at stop, before the link is closed under them. */
const STOP_GRACE_MS = 500;
/** After its deadline a driver call gets this long to notice its signal; then the link counts as lost. */
const SETTLE_GRACE_MS = 2_000;

/** The engine behind `defineManager`: runs a declaration on a driver. */
export class DefinedManager<Driver extends Device, Channel extends ChannelId> extends HardwareManager {
  readonly #definition: ManagerDefinition<Driver, Channel>;
  readonly #commands: CommandTable<Driver, Channel>;
  readonly #parameters: { readonly [name: string]: ParameterDescription };
  readonly #connection: Connection<Driver>;
  readonly #desk: ReadingDesk<Driver, Channel>;
  #channels: readonly Channel[];
  #version = 1;
  #polls = new Subscription();
  /** Aborted when the instrument goes offline or the manager stops: ends what the polls are reading. */
  #session = new AbortController();

  constructor(definition: ManagerDefinition<Driver, Channel>, options: DefinedManagerOptions<Driver, Channel>) {
    super(options);
    const { clock, log, random, createDriver, compile } = options;
    this.#definition = definition;
    this.#channels = options.channels ?? [];
    const builtIn = builtInCommands<Driver, Channel>({
      abort: (channel, reason) => this.input.abort(channel, reason),
      makeSafe: (call) => this.makeSafe(call),
      refresh: (channel, parameter, call) => this.#refresh(channel, parameter, call),
    });
    this.#commands = commandTable({ definition, builtIn, compile, onDriver: (run) => this.#onDriver(run) });
    this.#parameters = describeParameters(definition.parameters);
    this.#desk = new ReadingDesk(definition.parameters, {
      clock,
      publish: (body) => {
        this.publish(body);
      },
    });
    this.#connection = new Connection<Driver>({
      name: this.name,
      clock,
      log,
      backoff: backoff(reconnectBackoff, random),
      createDriver,
      onOnline: (driver) => {
        this.#goOnline(driver);
      },
      onOffline: (reason) => {
        this.#goOffline(reason);
      },
    });
  }

  get state(): ManagerState {
    return this.#connection.state;
  }

  start(): Promise<void> {
    this.input.restart();
    this.#connection.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#endSession(problem('STOPPING', `${this.name} is stopping`));
    await this.input.stop(STOP_GRACE_MS);
    await this.#connection.stop();
  }

  async makeSafe(call: Call): Promise<void> {
    this.input.abort(undefined, problem('ABORTED', `${this.name} is being made safe`));
    const driver = this.#online();
    await this.#definition.makeSafe(driver, call);
    await this.#readOnce(driver, call);
  }

  describe(): Description {
    const { driver } = this.#connection;
    return {
      name: this.name,
      kind: this.#definition.kind,
      description: this.#definition.description,
      version: this.#version,
      state: this.state,
      channels: this.#channels.map((id) => ({ id, limits: limitsOfChannel(this.#commands, driver, id) })),
      parameters: this.#parameters,
      commands: Object.fromEntries([...this.#commands].map(([name, { description }]) => [name, description])),
    };
  }

  resolveChannel(channel: ChannelId): Channel | undefined {
    return this.#channels.find((known) => known === channel || String(known) === String(channel));
  }

  refuseAddress({ command, channel }: Command): Problem | undefined {
    const entry = this.#commands.get(command);
    if (entry === undefined) {
      return problem(
        'BAD_COMMAND',
        `${this.name} has no command "${command.slice(0, 64)}"; it has: ${[...this.#commands.keys()].join(', ')}`,
      );
    }
    const { target } = entry.description;
    const known = `it has: ${this.#channels.length === 0 ? 'none' : this.#channels.join(', ')}`;
    if (channel === undefined) {
      return target === 'channel'
        ? problem('UNKNOWN_CHANNEL', `${this.name} ${command} needs a channel; ${known}`)
        : undefined;
    }
    if (target === 'manager')
      return problem('UNKNOWN_CHANNEL', `${this.name} ${command} is for the whole manager; leave the channel out`);
    if (this.resolveChannel(channel) !== undefined) return undefined;
    return problem('UNKNOWN_CHANNEL', `${this.name} has no channel "${String(channel).slice(0, 64)}"; ${known}`);
  }

  refuseArguments(command: Command): Problem | undefined {
    return argumentProblem(command.command, this.#entry(command).validate(command.arguments));
  }

  refuseLimits(command: Command): Problem | undefined {
    return refuseLimits(
      this.#entry(command).spec,
      this.#connection.driver,
      this.#channelOf(command.channel),
      command.arguments,
    );
  }

  isUrgent({ command }: Command): boolean {
    return this.#commands.get(command)?.description.isUrgent ?? false;
  }

  protected traitsOf(command: Command): CommandTraits {
    const { spec, description } = this.#entry(command);
    const { busy, busyScope, isUrgent } = description;
    return { busy, busyScope, isUrgent, timeoutMs: spec.timeoutMs(command.arguments) };
  }

  protected run(command: Command, call: Call): Promise<Json> {
    return this.#entry(command).execute(command, call);
  }

  #onDriver(run: CommandSpec<Driver, Channel>['run']): Execute {
    return async (command, call) => {
      const driver = this.#online();
      const channel = this.#channelOf(command.channel);
      const refresh = async (parameter: string): Promise<void> => {
        await this.#desk.read(driver, parameter, channel, call);
      };
      try {
        return await run(driver, channel, command.arguments, { refresh, ...call });
      } catch (thrown) {
        const reason = toProblem(thrown);
        if (reason.code === 'DISCONNECTED') this.#connection.lose(reason);
        throw thrown;
      }
    };
  }

  async #refresh(channel: ChannelId | undefined, parameter: string | undefined, call: Call): Promise<number> {
    const driver = this.#online();
    const items = this.#plan()
      .flatMap((group) => group.items)
      .filter((item) => parameter === undefined || item.parameter === parameter)
      .filter((item) => channel === undefined || item.channel === channel);
    if (items.length === 0)
      throw new HardwareError('BAD_ARGUMENT', `${this.name} has nothing to read by the name "${parameter ?? ''}"`);
    for (const item of items) {
      const reason = await this.#desk.read(driver, item.parameter, item.channel, call);
      if (reason !== undefined) throw new HardwareError(reason.code, reason.message);
    }
    return items.length;
  }

  #goOnline(driver: Driver): void {
    this.#channels = this.#definition.channels?.(driver) ?? this.#channels;
    this.#version += 1;
    this.#session = new AbortController();
    this.announce('online', { version: this.#version });
    this.#polls = new Subscription();
    for (const group of this.#plan()) this.#polls.add(this.#startPolling(driver, group));
    this.#readOnce(driver, this.#sessionCall()).catch((thrown: unknown) => {
      this.#connection.lose(toProblem(thrown));
    });
  }

  #goOffline(reason: Problem): void {
    this.#version += 1;
    this.#endSession(reason);
    this.input.abort(undefined, problem('DISCONNECTED', `${this.name} was lost: ${reason.message}`));
    this.announce('offline', { code: reason.code, reason: reason.message, version: this.#version });
    this.#desk.publishAllBad(problem('DISCONNECTED', reason.message));
  }

  #endSession(reason: Problem): void {
    this.#polls.unsubscribe();
    this.#session.abort(new HardwareError(reason.code, reason.message));
  }

  #startPolling(driver: Driver, group: PollGroup<Channel>): Subscription {
    const { everyMs } = group;
    if (everyMs === undefined) return Subscription.EMPTY;
    const pause = backoff(reconnectBackoff, this.context.random);
    const read = (): Promise<void> => this.#pollRound(driver, group, pause);
    const onError = (thrown: unknown): void => {
      this.context.log.error('poll failed', { manager: this.name, reason: toProblem(thrown).message });
    };
    return (
      everyMs === 0 ? pollEachTurn(this.context.clock, read, onError) : poll(millis(everyMs), read, onError)
    ).subscribe();
  }

  /** Reads a group once. A failing instrument is asked again after a growing pause, not at once; a lost one is given up. */
  async #pollRound(driver: Driver, group: PollGroup<Channel>, pause: ReturnType<typeof backoff>): Promise<void> {
    const { clock } = this.context;
    const call = this.#sessionCall();
    const cancelWatch = clock.after(DEFAULT_CALL_MS * Math.max(1, group.items.length) + SETTLE_GRACE_MS, () => {
      this.#connection.lose(
        problem('TIMEOUT', `${this.name} has not answered a poll within ${DEFAULT_CALL_MS} ms a reading`),
      );
    });
    const failure = await this.#readItems(driver, group, call).finally(cancelWatch);
    if (failure === undefined) pause.reset();
    else if (failure.code === 'DISCONNECTED') this.#connection.lose(failure);
    else if (!call.signal.aborted) await sleep(clock, pause.next(), call.signal).catch(() => undefined);
  }

  /** All items are tried: one dead channel does not hide the others. Returns the last failure. */
  async #readItems(driver: Driver, { items }: PollGroup<Channel>, call: Call): Promise<Problem | undefined> {
    let failure: Problem | undefined;
    for (const { parameter, channel } of items) {
      const reason = await this.#desk.read(driver, parameter, channel, call);
      if (call.signal.aborted) return undefined;
      failure = reason ?? failure;
      if (reason?.code === 'DISCONNECTED') return reason;
    }
    return failure;
  }

  async #readOnce(driver: Driver, call: Call): Promise<void> {
    for (const group of this.#plan()) {
      if (group.everyMs === undefined) await this.#readItems(driver, group, call);
    }
  }

  #plan(): readonly PollGroup<Channel>[] {
    return pollPlan(this.#definition.parameters, this.#channels, this.#channelOf(undefined));
  }

  #sessionCall(): Call {
    return { signal: this.#session.signal, deadline: this.context.clock.monotonic() + DEFAULT_CALL_MS };
  }

  #online(): Driver {
    const { driver, state } = this.#connection;
    if (driver !== undefined) return driver;
    const { code, message } = disconnected(this.name, state);
    throw new HardwareError(code, message);
  }

  #entry({ command }: Command): CommandEntry<Driver, Channel> {
    const entry = this.#commands.get(command);
    if (entry === undefined)
      throw new HardwareError('INTERNAL', `${this.name} ${command} passed the gate without an address`);
    return entry;
  }

  /** The declared channel. What has none (a parameter or command of the whole manager) never looks at the one it is given. */
  #channelOf(channel: ChannelId | undefined): Channel {
    return (channel === undefined ? undefined : this.resolveChannel(channel)) as Channel;
  }
}

const describeParameters = <Driver, Channel>(
  parameters: Readonly<Record<string, Parameter<Driver, Channel>>>,
): Record<string, ParameterDescription> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { description, schema, unit, scope, pollMs, write }]) => [
      name,
      {
        description,
        schema,
        ...(unit === undefined ? {} : { unit }),
        scope: scope ?? 'channel',
        ...(pollMs === undefined ? {} : { pollMs }),
        ...(write === undefined ? {} : { writtenBy: writerOf(name) }),
      },
    ]),
  );
