import { addressProblem, sameChannel } from './address-problem.js';
import { backoff, reconnectBackoff } from './backoff.js';
import { builtInCommands } from './built-in-commands.js';
import type { CommandTraits } from './busy-rules.js';
import {
  argumentProblem,
  commandTable,
  limitsOfChannel,
  refuseLimits,
  type CommandEntry,
  type CommandTable,
} from './command-table.js';
import { Connection } from './connection.js';
import { describeDeclaration } from './describe-manager.js';
import type { Description, ManagerState } from './description.js';
import type { Device } from './device.js';
import { DeviceWork } from './device-work.js';
import { HardwareError, problem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { DefinedManagerOptions, ManagerDefinition } from './manager-definition.js';
import { HardwareManager } from './manager.js';
import type { ChannelId, Command } from './message.js';
import type { Call } from './parameter.js';
import { pollPlan, type PollGroup } from './poll-plan.js';
import { ReadingDesk } from './reading-desk.js';

/** Time for running driver calls to settle at stop, before the link is closed under them. */
const STOP_GRACE_MS = 500;

/** The engine behind `defineManager`: runs a declaration on a driver. */
export class DefinedManager<Driver extends Device, Channel extends ChannelId> extends HardwareManager {
  readonly #definition: ManagerDefinition<Driver, Channel>;
  readonly #commands: CommandTable<Driver, Channel>;
  readonly #described: Pick<Description, 'parameters' | 'commands'>;
  readonly #connection: Connection<Driver>;
  readonly #desk: ReadingDesk<Driver, Channel>;
  readonly #work: DeviceWork<Driver, Channel>;
  #channels: readonly Channel[];
  #version = 1;
  #isWanted = false;
  #stopping: Promise<void> | undefined;

  constructor(definition: ManagerDefinition<Driver, Channel>, options: DefinedManagerOptions<Driver, Channel>) {
    super(options);
    const { name } = this;
    const { clock, log, random, createDriver, compile } = options;
    const onDefect = (thrown: unknown): void => {
      this.countDefect(thrown);
    };
    this.#definition = definition;
    this.#channels = options.channels ?? [];
    this.#desk = new ReadingDesk(definition.parameters, {
      clock,
      onDefect,
      publish: (body) => {
        this.publish(body);
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
    this.#work = new DeviceWork({
      name,
      clock,
      random,
      connection: this.#connection,
      desk: this.#desk,
      makeSafe: definition.makeSafe,
      plan: (driver) => this.#plan(driver),
      channelOf: (channel) => this.#channelOf(channel),
      onDefect,
    });
    const builtIn = builtInCommands<Driver, Channel>({
      abort: (channel, reason) => this.input.abort(channel, reason),
      makeSafe: (call) => this.makeSafe(call),
      refresh: (channel, parameter, call) => this.#work.refresh(channel, parameter, call),
    });
    this.#commands = commandTable({ definition, builtIn, compile, onDriver: (run) => this.#work.executing(run) });
    this.#described = describeDeclaration(definition.parameters, this.#commands);
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
    this.#work.stop(reason);
    await this.input.stop(STOP_GRACE_MS);
    await this.#connection.stop();
    if (wasStopped) return;
    this.#version += 1;
    this.#desk.publishAllBad(problem('DISCONNECTED', `${this.name} is stopped`));
    this.#desk.withdrawAlarms(`${this.name} is stopped, nobody watches it now`);
    this.announce('stopped', { version: this.#version });
  }

  async makeSafe(call: Call): Promise<void> {
    this.input.abort(undefined, problem('ABORTED', `${this.name} is being made safe`));
    await this.#work.makeSafe(call, () => this.input.settled());
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
    this.#work.forget();
    this.announce('online', { version: this.#version });
    if (isNew) this.announce('description', { version: this.#version });
    if (this.#connection.driver === driver) this.#work.start(driver);
  }

  #forgetChannels(gone: readonly Channel[]): void {
    if (gone.length === 0) return;
    const isGone = new Set<ChannelId | undefined>(gone);
    this.#desk.forget(gone);
    this.context.stream.forget(({ channel }) => channel !== undefined && isGone.has(channel));
  }

  #goOffline(reason: Problem): void {
    this.#version += 1;
    this.#work.stop(reason);
    this.input.reset(problem('DISCONNECTED', `${this.name} was lost: ${reason.message}`));
    this.announce('offline', { code: reason.code, reason: reason.message, version: this.#version });
    this.#desk.publishAllBad(problem('DISCONNECTED', reason.message));
  }

  #plan(driver: Driver): readonly PollGroup<Channel>[] {
    const noChannel = this.#channelOf(undefined);
    return pollPlan(this.#definition.parameters, { driver, channels: this.#channels, noChannel });
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
