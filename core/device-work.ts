import { isAborted, RefreshingCall } from './call.js';
import type { Clock } from './clock.js';
import type { Execute } from './command-table.js';
import { disconnected, type Connection } from './connection.js';
import type { Device } from './device.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Json } from './json-value.js';
import type { ManagerDefinition } from './manager-definition.js';
import type { ChannelId } from './message.js';
import type { Call, CommandSpec } from './parameter.js';
import type { PollGroup, PollItem } from './poll-plan.js';
import { Poller, WATCH_MS } from './poller.js';
import type { Random } from './random.js';
import type { ReadingDesk } from './reading-desk.js';
import { Silence } from './silence.js';

/** A poll that has taken longer makes way for what makes things stop or safe: an answer that is late need not come at all. */
const POLL_GRACE_MS = 200;

export type DeviceWorkOptions<Driver extends Device, Channel extends ChannelId> = {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly connection: Connection<Driver>;
  readonly desk: ReadingDesk<Driver, Channel>;
  readonly makeSafe: ManagerDefinition<Driver, Channel>['makeSafe'];
  /** What can be read of the device as it is now. */
  readonly plan: (driver: Driver) => readonly PollGroup<Channel>[];
  /** The declared channel. */
  readonly channelOf: (channel: ChannelId | undefined) => Channel;
  readonly onDefect: (thrown: unknown) => void;
};

/** What a manager does on its instrument: it polls, reads, runs commands and makes safe. Whatever that comes to tells about
 *  the link as well. */
export class DeviceWork<Driver extends Device, Channel extends ChannelId> {
  readonly #options: DeviceWorkOptions<Driver, Channel>;
  readonly #poller: Poller<Driver, Channel>;
  readonly #silence: Silence;
  #makingSafe = 0;

  constructor(options: DeviceWorkOptions<Driver, Channel>) {
    const { name, clock, random, connection, desk, onDefect } = options;
    this.#options = options;
    this.#silence = new Silence(clock);
    this.#poller = new Poller<Driver, Channel>({
      name,
      clock,
      random,
      onDefect,
      read: (driver, item, call) => this.#read(driver, item, call),
      onHung: (reason) => {
        connection.lose(reason);
      },
      onWatch: () => {
        desk.growOlder(WATCH_MS);
      },
    });
  }

  /** Begins to poll a device that has just been opened. */
  start(driver: Driver): void {
    this.#poller.start(driver, this.#options.plan(driver));
  }

  /** What is known of an earlier session holds no longer. */
  forget(): void {
    this.#silence.end();
  }

  /** Ends the polls. */
  stop(reason: Problem): void {
    this.#poller.stop(reason);
  }

  /** A declared command, to be run on the device that is online then. */
  executing(run: CommandSpec<Driver, Channel>['run']): Execute {
    return async ({ channel: asked, arguments: values }, call) => {
      const driver = this.#online();
      const { channelOf } = this.#options;
      const channel = channelOf(asked);
      const refresh = async (parameter: string, other: ChannelId | undefined = asked): Promise<void> => {
        await this.#read(driver, { parameter, channel: channelOf(other) }, call);
      };
      try {
        const work = (): Promise<Json> =>
          this.#onDevice(driver, () => run(driver, channel, values, new RefreshingCall(call, refresh)));
        return await (call.priority === 'safety' ? this.#aheadOfPolls(work) : work());
      } finally {
        if (isAborted(call)) this.#readBack(driver);
      }
    };
  }

  /** `settled` waits for what was ended and may still write; true: there was some, so that it is done once more. */
  async makeSafe(call: Call, settled: () => Promise<boolean>): Promise<void> {
    this.#makingSafe += 1;
    try {
      const driver = this.#online();
      const refresh = async (parameter: string, channel: Channel): Promise<void> => {
        await this.#read(driver, { parameter, channel }, call);
      };
      const makeSafe = (): Promise<void> =>
        this.#aheadOfPolls(() => this.#onDevice(driver, () => this.#options.makeSafe(driver, call, refresh)));
      await makeSafe();
      if (await settled()) await makeSafe();
      await this.#poller.readOnce(driver, call.signal);
    } finally {
      this.#makingSafe -= 1;
    }
  }

  /** Reads what was asked for, all of it whatever the others say. Returns how many. Errors: BAD_ARGUMENT when there is nothing. */
  async refresh(channel: ChannelId | undefined, parameter: string | undefined, call: Call): Promise<number> {
    const driver = this.#online();
    const items = this.#options
      .plan(driver)
      .flatMap((group) => group.items)
      .filter((item) => parameter === undefined || item.parameter === parameter)
      .filter((item) => channel === undefined || item.channel === channel);
    if (items.length === 0) {
      const what = [this.#options.name, channel, parameter].filter((part) => part !== undefined).join('/');
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

  #online(): Driver {
    const { name, connection } = this.#options;
    const { driver, state } = connection;
    if (driver !== undefined) return driver;
    const { code, message } = disconnected(name, state);
    throw new HardwareError(code, message);
  }

  async #read(driver: Driver, { parameter, channel }: PollItem<Channel>, call: Call): Promise<Problem | undefined> {
    const reason = await this.#options.desk.read(driver, parameter, channel, call);
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
    const { connection } = this.#options;
    if (connection.driver !== driver) return;
    if (reason === undefined || reason.code === 'DEVICE_FAULT') this.#silence.end();
    else if (reason.code === 'DISCONNECTED') connection.lose(reason);
    else if (reason.code === 'TIMEOUT' && this.#silence.timedOut()) connection.lose(reason);
  }

  /** A silent instrument keeps its bus until the time-out of whatever was asked last. */
  async #aheadOfPolls<T>(work: () => Promise<T>): Promise<T> {
    const { name, clock } = this.#options;
    const cancel = clock.after(POLL_GRACE_MS, () => {
      this.#poller.interrupt(POLL_GRACE_MS, problem('ABORTED', `${name} has something more urgent to do`));
    });
    try {
      return await work();
    } finally {
      cancel();
    }
  }

  /** A command that was told to give up may have written before it did: what is read once is read again. */
  #readBack(driver: Driver): void {
    const { connection, onDefect } = this.#options;
    if (this.#makingSafe > 0 || connection.driver !== driver) return;
    this.#poller.readOnce(driver).catch(onDefect);
  }
}
