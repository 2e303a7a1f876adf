import { addressProblem, sameChannel } from './address-problem.js';
import { backoff, reconnectBackoff } from './backoff.js';
import { builtInCommands } from './built-in-commands.js';
import type { CommandTraits } from './busy-rules.js';
import { isAborted, RefreshingCall } from './call.js';
import {
  argumentProblem,
  commandTable,
  limitsOfChannel,
  refuseLimits,
  type CommandEntry,
  type CommandTable,
  type Execute,
} from './command-table.js';
import { Connection, disconnected } from './connection.js';
import { describeDeclaration } from './describe-manager.js';
import type { Description, ManagerState } from './description.js';
import type { Device } from './device.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { DefinedManagerOptions, ManagerDefinition } from './manager-definition.js';
import { HardwareManager } from './manager.js';
import type { ChannelId, Command } from './message.js';
import type { Call, CommandSpec } from './parameter.js';
import { pollPlan, type PollGroup, type PollItem } from './poll-plan.js';
import { Poller, WATCH_MS } from './poller.js';
import { ReadingDesk } from './reading-desk.js';
import { Silence } from './silence.js';

/** A poll that has taken longer makes way for what makes things stop or safe: an answer that is late need not come at all. */
const POLL_GRACE_MS = 200;
/** Time for running driver calls to settle at stop, before the link is closed under them. */
const STOP_GRACE_MS = 500;

/** The engine behind `defineManager`: runs a declaration on a driver. */
export class DefinedManager<Driver extends Device, Channel extends ChannelId> extends HardwareManager {
  readonly #definition: ManagerDefinition<Driver, Channel>;
  readonly #commands: CommandTable<Driver, Channel>;
  readonly #described: Pick<Description, 'parameters' | 'commands'>;
  readonly #connection: Connection<Driver>;
  readonly #poller: Poller<Driver, Channel>;
  readonly #desk: ReadingDesk<Driver, Channel>;
  readonly #silence: Silence;
  #channels: readonly Channel[];
  #version = 1;
  #isWanted = false;
  #stopping: Promise<void> | undefined;
  #makingSafe = 0;

  constructor(definition: ManagerDefinition<Driver, Channel>, options: DefinedManagerOptions<Driver, Channel>) {
    super(options);
    const { name } = this;
    const { clock, log, random, createDriver, compile } = options;
    const onDefect = (thrown: unknown): void => {
      this.countDefect(thrown);
    };
    this.#definition = definition;
    this.#channels = options.channels ?? [];
    const builtIn = builtInCommands<Driver, Channel>({
      abort: (channel, reason) => this.input.abort(channel, reason),
      makeSafe: (call) => this.makeSafe(call),
      refresh: (channel, parameter, call) => this.#refresh(channel, parameter, call),
    });
    this.#commands = commandTable({ definition, builtIn, compile, onDriver: (run) => this.#onDriver(run) });
    this.#described = describeDeclaration(definition.parameters, this.#commands);
    this.#desk = new ReadingDesk(definition.parameters, {
      clock,
      onDefect,
      publish: (body) => {
        this.publish(body);
      },
    });
    this.#silence = new Silence(clock);
    this.#poller = new Poller<Driver, Channel>({
      name,
      clock,
      random,
      onDefect,
      read: (driver, item, call) => this.#read(driver, item, call),
      onHung: (reason) => {
        this.#connection.lose(reason);
      },
      onWatch: () => {
        this.#desk.growOlder(WATCH_MS);
      },
    });
    this.#connection = new Connection<Driver>({
      name,
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

  async start(): Promise<void> {
    this.#isWanted = true;
    if (this.#stopping !== undefined) await this.#stopping;
    if (!this.#hasToStart()) return;
    this.#stopping = undefined;
    this.#version += 1;
    this.input.restart();
    this.#beginEpoch();
    this.#connection.start();
  }

  stop(): Promise<void> {
    this.#isWanted = false;
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const reason = problem('STOPPING', `${this.name} is stopping`);
    const wasStopped = this.state === 'stopped';
    this.#poller.stop(reason);
    await this.input.stop(STOP_GRACE_MS);
    await this.#connection.stop();
    if (wasStopped) return;
    this.#version += 1;
    this.#desk.publishAllBad(problem('DISCONNECTED', `${this.name} is stopped`));
    this.#desk.withdrawAlarms(`${this.name} is stopped, nobody watches it now`);
    this.announce('stopped', { version: this.#version });
  }

  async makeSafe(call: Call): Promise<void> {
    this.#makingSafe += 1;
    try {
      this.input.abort(undefined, problem('ABORTED', `${this.name} is being made safe`));
      const driver = this.#online();
      const refresh = async (parameter: string, channel: Channel): Promise<void> => {
        await this.#read(driver, { parameter, channel }, call);
      };
      const makeSafe = (): Promise<void> =>
        this.#aheadOfPolls(() => this.#onDevice(driver, () => this.#definition.makeSafe(driver, call, refresh)));
      await makeSafe();
      if (await this.input.settled()) await makeSafe();
      await this.#poller.readOnce(driver, call.signal);
    } finally {
      this.#makingSafe -= 1;
    }
  }

  describe(): Description {
    const { driver } = this.#connection;
    const { kind, description } = this.#definition;
    const onDefect = (thrown: unknown): void => {
      this.countDefect(thrown);
    };
    return {
      name: this.name,
      kind,
      description,
      version: this.#version,
      state: this.state,
      channels: this.#channels.map((id) => ({ id, limits: limitsOfChannel(this.#commands, driver, id, onDefect) })),
      ...this.#described,
    };
  }

  resolveChannel(channel: ChannelId): Channel | undefined {
    return this.#channels.find((known) => sameChannel(known, channel));
  }

  refuseAddress(command: Command): Problem | undefined {
    return addressProblem(command, this.#commands, this.#channels);
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

  override isRead({ command }: Command): boolean {
    const entry = this.#commands.get(command);
    return entry?.description.busy === 'concurrent' && !entry.description.isUrgent;
  }

  protected traitsOf(command: Command): CommandTraits {
    const { spec, description } = this.#entry(command);
    const { busy, busyScope, isUrgent } = description;
    const preempts = spec.preempts?.(command.arguments) ?? false;
    const channel = this.#channelOf(command.channel);
    const timeoutMs = spec.timeoutMs(command.arguments, this.#connection.driver, channel);
    return { busy, busyScope, isUrgent, preempts, timeoutMs };
  }

  protected run(command: Command, call: Call): Promise<Json> {
    if (this.#connection.driver === undefined) this.onNeverRan(command);
    return this.#entry(command).execute(command, call);
  }

  protected override onStuck(reason: Problem): void {
    this.#connection.lose(reason);
  }

  #onDriver(run: CommandSpec<Driver, Channel>['run']): Execute {
    return async (command, call) => {
      const driver = this.#online();
      const channel = this.#channelOf(command.channel);
      const refresh = async (parameter: string): Promise<void> => {
        await this.#read(driver, { parameter, channel }, call);
      };
      try {
        const work = (): Promise<Json> =>
          this.#onDevice(driver, () => run(driver, channel, command.arguments, new RefreshingCall(call, refresh)));
        return await (call.priority === 'safety' ? this.#aheadOfPolls(work) : work());
      } finally {
        if (isAborted(call)) this.#readBack(driver);
      }
    };
  }

  /** A silent instrument keeps its bus until the time-out of whatever was asked last. */
  async #aheadOfPolls<T>(work: () => Promise<T>): Promise<T> {
    const cancel = this.context.clock.after(POLL_GRACE_MS, () => {
      this.#poller.interrupt(POLL_GRACE_MS, problem('ABORTED', `${this.name} has something more urgent to do`));
    });
    try {
      return await work();
    } finally {
      cancel();
    }
  }

  /** A command that was told to give up may have written before it did: what is read once is read again. */
  #readBack(driver: Driver): void {
    if (this.#makingSafe > 0 || this.#connection.driver !== driver) return;
    this.#poller.readOnce(driver).catch((thrown: unknown) => {
      this.countDefect(thrown);
    });
  }

  async #refresh(channel: ChannelId | undefined, parameter: string | undefined, call: Call): Promise<number> {
    const driver = this.#online();
    const items = this.#plan(driver)
      .flatMap((group) => group.items)
      .filter((item) => parameter === undefined || item.parameter === parameter)
      .filter((item) => channel === undefined || item.channel === channel);
    if (items.length === 0) {
      const what = [this.name, channel, parameter].filter((part) => part !== undefined).join('/');
      throw new HardwareError('BAD_ARGUMENT', `there is nothing to read at ${what}`);
    }
    let failure: Problem | undefined;
    for (const item of items) {
      failure = (await this.#read(driver, item, call)) ?? failure;
      if (isAborted(call)) break;
    }
    if (failure !== undefined) throw new HardwareError(failure.code, failure.message);
    return items.length;
  }

  async #read(driver: Driver, { parameter, channel }: PollItem<Channel>, call: Call): Promise<Problem | undefined> {
    const reason = await this.#desk.read(driver, parameter, channel, call);
    this.#judge(driver, reason);
    return reason;
  }

  async #onDevice<T>(driver: Driver, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#judge(driver, undefined);
      return result;
    } catch (thrown) {
      this.#judge(driver, toProblem(thrown));
      throw thrown;
    }
  }

  /** What a driver call tells about the link. Of a driver that has been replaced it tells nothing. */
  #judge(driver: Driver, reason: Problem | undefined): void {
    if (this.#connection.driver !== driver) return;
    if (reason === undefined || reason.code === 'DEVICE_FAULT') this.#silence.end();
    else if (reason.code === 'DISCONNECTED') this.#connection.lose(reason);
    else if (reason.code === 'TIMEOUT' && this.#silence.timedOut()) this.#connection.lose(reason);
  }

  #hasToStart(): boolean {
    return this.#isWanted && this.state === 'stopped';
  }

  /** Of a name that has spoken before, every start is a new epoch. */
  #beginEpoch(): void {
    const { stream } = this.context;
    if (!stream.hasSpoken) return;
    stream.restart();
    this.announce('restarted', { version: this.#version });
  }

  #goOnline(driver: Driver): void {
    const channels = this.#definition.channels?.(driver) ?? this.#channels;
    const isNew =
      channels.length !== this.#channels.length || channels.some((id, index) => id !== this.#channels[index]);
    this.#forgetChannels(this.#channels.filter((id) => !channels.includes(id)));
    this.#channels = [...channels];
    this.#version += 1;
    this.#silence.end();
    this.announce('online', { version: this.#version });
    if (isNew) this.announce('description', { version: this.#version });
    if (this.#connection.driver === driver) this.#poller.start(driver, this.#plan(driver));
  }

  #forgetChannels(gone: readonly Channel[]): void {
    if (gone.length === 0) return;
    const isGone = new Set<ChannelId | undefined>(gone);
    this.#desk.forget(gone);
    this.context.stream.forget(({ channel }) => channel !== undefined && isGone.has(channel));
  }

  #goOffline(reason: Problem): void {
    this.#version += 1;
    this.#poller.stop(reason);
    this.input.reset(problem('DISCONNECTED', `${this.name} was lost: ${reason.message}`));
    this.announce('offline', { code: reason.code, reason: reason.message, version: this.#version });
    this.#desk.publishAllBad(problem('DISCONNECTED', reason.message));
  }

  #plan(driver: Driver): readonly PollGroup<Channel>[] {
    const noChannel = this.#channelOf(undefined);
    return pollPlan(this.#definition.parameters, { driver, channels: this.#channels, noChannel });
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
