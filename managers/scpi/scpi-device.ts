import { EMPTY, type Observable } from 'rxjs';
import { sleep, type Clock } from '../../core/clock.js';
import { fromWire } from '../../core/driver-file/conversion.js';
import type { ResolvedDriver, ResolvedModel } from '../../core/driver-file/resolve.js';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { Conversation, Link } from '../../core/link.js';
import type { ChannelId } from '../../core/message.js';
import type { Call, Limits } from '../../core/parameter.js';
import { askLimits, type AskedLimits } from './asked-limits.js';
import { ErrorQueue } from './error-queue.js';
import { identify } from './identity.js';
import { PowerWatch } from './power-watch.js';
import { commandTexts, requestTable, sayPlain, selection, type Requests, type RequestTable } from './requests.js';
import type { Identity, ScpiDevice } from './scpi-device-shape.js';
import { Session } from './session.js';

export type ScpiDeviceOptions = {
  readonly driver: ResolvedDriver;
  /** The only one that may answer; absent: any that the file has. */
  readonly model?: string;
  readonly openLink: (call: Call) => Promise<Link>;
  readonly clock: Clock;
};

/** A driver has 400 ms to close: what is owed and what is said before letting go has to be through by then. */
const CLOSING_MS = 350;

export const createScpiDevice = (options: ScpiDeviceOptions): ScpiDevice => new FileDevice(options);

/** Whether there is anything after which the instrument has to be left alone. */
const needsRest = ({ file, parameters, commands }: ResolvedDriver): boolean =>
  [...(file.initialize ?? []), ...parameters.values(), ...commands.values()].some(({ pauseMs = 0 }) => pauseMs > 0);

/** Speaks to an instrument as its driver file says. */
class FileDevice implements ScpiDevice {
  readonly #options: ScpiDeviceOptions;
  readonly #errors: ErrorQueue | undefined;
  readonly #power: PowerWatch | undefined;
  #link: Link | undefined;
  #session: Session | undefined;
  #identity: Identity | undefined;
  #model: ResolvedModel | undefined;
  #requests: RequestTable = new Map();
  #asked: AskedLimits = new Map();
  /** What was told to parameters that cannot be asked. */
  readonly #told = new Map<Requests, Json>();
  /** A query was given up: it may have left an error behind, which is no answer to the next command. */
  #isQueueSuspect = false;
  #isResultOwed = false;

  constructor(options: ScpiDeviceOptions) {
    const { driver, model, clock } = options;
    const { errorQueue, powerCycle } = driver.file;
    this.#options = options;
    this.#errors = errorQueue && new ErrorQueue(errorQueue);
    this.#power = powerCycle && new PowerWatch(powerCycle, clock);
    const [only, another] = [...driver.models.values()];
    this.#model = model === undefined ? (another === undefined ? only : undefined) : driver.models.get(model);
  }

  get identity(): Identity | undefined {
    return this.#identity;
  }

  get channels(): readonly ChannelId[] {
    return this.#model?.channels ?? [];
  }

  get lost(): Observable<Problem> {
    return this.#link?.lost ?? EMPTY;
  }

  has(name: string, channel: ChannelId | undefined): boolean {
    if (this.#model !== undefined) return this.#model.has(name, channel);
    return [...this.#options.driver.models.values()].some((model) => model.has(name, channel));
  }

  async open(call: Call): Promise<void> {
    const { driver, model, openLink, clock } = this.#options;
    const link = await openLink(call);
    this.#link = link;
    const session = new Session(link, clock, needsRest(driver));
    this.#session = session;
    const found = await identify(driver, model, link, call);
    await session.exchange(call, async (conversation) => {
      await this.#power?.ask(conversation, call);
      await this.#errors?.drain(conversation, call);
    });
    for (const { send, pauseMs } of driver.file.initialize ?? []) await this.#say(sayPlain(send), pauseMs ?? 0, call);
    this.#requests = requestTable(driver, found.model);
    this.#asked = await askLimits(this.#requests, session, call);
    await session.exchange(call, async (conversation) => this.#errors?.drain(conversation, call));
    this.#model = found.model;
    this.#identity = found.identity;
  }

  async close(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    this.#link = undefined;
    const { clock, driver } = this.#options;
    const call: Call = {
      signal: new AbortController().signal,
      deadline: clock.monotonic() + CLOSING_MS,
      priority: 'command',
    };
    if (this.#isResultOwed)
      await link.read(call).catch(() => 'not in time: the instrument will complain at its next start');
    const isIdentified = this.#identity !== undefined;
    for (const { send } of isIdentified ? (driver.file.release ?? []) : [])
      await link.write(sayPlain(send), call).catch(() => 'the link is gone, or too slow');
    await link.close();
  }

  async read(parameter: string, channel: ChannelId | undefined, call: Call): Promise<Json> {
    const requests = this.#requestsOf(parameter, channel);
    const { ask, select, options } = requests;
    const session = this.#open();
    if (ask === undefined) return this.#newestTold(requests);
    const power = this.#power?.isDue === true ? this.#power : undefined;
    try {
      if (options !== undefined) this.#isResultOwed = true;
      const answer =
        select === undefined && power === undefined
          ? await session.query(ask, call, options)
          : await session.exchange(call, async (conversation) => {
              await power?.refuse(conversation, call);
              if (select !== undefined) await conversation.write(select, call);
              return conversation.query(ask, call, options);
            });
      this.#isResultOwed = false;
      return fromWire(requests.parameter, answer, channel);
    } catch (thrown) {
      this.#isQueueSuspect = true;
      throw thrown;
    }
  }

  async write(parameter: string, channel: ChannelId | undefined, value: Json, call: Call): Promise<void> {
    const requests = this.#requestsOf(parameter, channel);
    const { tell, select } = requests;
    if (tell === undefined) throw new HardwareError('BAD_COMMAND', `${parameter} can only be read`);
    const text = tell(value);
    this.#told.delete(requests);
    await this.#say(text, requests.parameter.pauseMs, call, select);
    this.#told.set(requests, value);
  }

  async run(command: string, channel: ChannelId | undefined, values: JsonObject, call: Call): Promise<Json> {
    const { driver } = this.#options;
    const spec = driver.commands.get(command);
    if (spec === undefined || !this.has(command, channel)) throw this.#absent(command, channel);
    const select = selection(driver, channel);
    let reply: Json = {};
    for (const { text, isQuery } of commandTexts(spec, channel, values)) {
      if (isQuery) reply = { answer: await this.#ask(text, call, select) };
      else await this.#say(text, spec.pauseMs, call, select);
    }
    return reply;
  }

  limits(parameter: string, channel: ChannelId | undefined): Limits | undefined {
    const requests = this.#requests.get(parameter)?.get(channel);
    const fixed = this.#model?.limits(parameter, channel);
    const asked = requests === undefined ? undefined : this.#asked.get(requests);
    return asked === undefined ? fixed : { ...fixed, ...asked };
  }

  /** Says one command, and hears what the instrument has against it before anything else is said. What makes safe is said
   *  first of all, also to an instrument that answers nothing; to hear it waits until the others have been said, too. */
  async #say(text: string, pauseMs: number, call: Call, select?: string): Promise<void> {
    const session = this.#open();
    const isFirst = call.priority === 'safety';
    const check = (conversation: Conversation): Promise<void> => this.#hear(text, conversation, call);
    await session.exchange(call, async (conversation) => {
      if (!isFirst) await this.#forgetOldErrors(conversation, call);
      if (select !== undefined) await conversation.write(select, call);
      await conversation.write(text, call);
      if (pauseMs > 0) session.leaveAlone(pauseMs);
      else if (!isFirst) await check(conversation);
    });
    if (pauseMs === 0 && !isFirst) return;
    if (pauseMs > 0) await sleep(this.#options.clock, pauseMs, call.signal);
    if (this.#errors !== undefined) await session.exchange(call, check);
  }

  /** Errors that may be older than what was said are thrown away: reading back has to tell. */
  async #hear(text: string, conversation: Conversation, call: Call): Promise<void> {
    if (this.#isQueueSuspect) await this.#forgetOldErrors(conversation, call);
    else await this.#errors?.check(text, conversation, call);
  }

  async #ask(text: string, call: Call, select: string | undefined): Promise<string> {
    return this.#open().exchange(call, async (conversation) => {
      await this.#forgetOldErrors(conversation, call);
      if (select !== undefined) await conversation.write(select, call);
      const answer = await conversation.query(text, call);
      await this.#errors?.check(text, conversation, call);
      return answer.trim();
    });
  }

  async #forgetOldErrors(conversation: Conversation, call: Call): Promise<void> {
    if (!this.#isQueueSuspect || this.#errors === undefined) return;
    await this.#errors.drain(conversation, call);
    this.#isQueueSuspect = false;
  }

  #newestTold(requests: Requests): Json {
    const told = this.#told.get(requests);
    if (told !== undefined) return told;
    const { name } = requests.parameter;
    throw new HardwareError(
      'DEVICE_FAULT',
      `${name} is not known: it cannot be asked, and nothing was set since connecting`,
    );
  }

  #requestsOf(parameter: string, channel: ChannelId | undefined): Requests {
    const requests = this.#requests.get(parameter)?.get(channel);
    if (requests !== undefined) return requests;
    this.#open();
    throw this.#absent(parameter, channel);
  }

  #absent(name: string, channel: ChannelId | undefined): HardwareError {
    const where = channel === undefined ? '' : `channel ${channel} of `;
    return new HardwareError(
      'BAD_COMMAND',
      `${where}${this.#model?.name ?? this.#options.driver.file.driver} has no ${name}`,
    );
  }

  #open(): Session {
    if (this.#session !== undefined && this.#link !== undefined) return this.#session;
    throw new HardwareError('DISCONNECTED', 'the instrument is not open');
  }
}
