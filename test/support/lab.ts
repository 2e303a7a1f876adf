import { Bus } from '../../core/bus.js';
import type { JsonObject } from '../../core/json-value.js';
import { noLinks, type Links } from '../../core/link.js';
import { driverFiles } from '../../station/driver-files.js';
import type { HardwareManager, ManagerContext } from '../../core/manager.js';
import type { ChannelId, CommandRequest, Event, Failure, Output, Reading, Reply } from '../../core/message.js';
import { seededRandom } from '../../core/random.js';
import { createCompiler } from '../../schemas/compiler.js';
import { FakeClock } from './fake-clock.js';
import { SupplyOnTheTable, supplyManager } from './fake-supply.js';
import { MemoryLog } from './memory-log.js';

/** What came back for one command, told apart by its client id. */
export type Sent = { readonly answers: () => readonly (Reply | Failure)[]; readonly code: () => string | undefined };

/** A bus in fake time that remembers what was said. `close()` in `afterEach`. */
export class Lab {
  readonly clock = new FakeClock();
  readonly log = new MemoryLog();
  readonly bus = new Bus({ clock: this.clock });
  readonly outputs: Output[] = [];
  #lastId = 0;

  constructor() {
    this.bus.outputs.subscribe((output) => this.outputs.push(output));
  }

  context(name: string, links: Links = noLinks): ManagerContext {
    const { clock, log, bus } = this;
    return {
      stream: bus.streamOf(name),
      clock,
      log,
      random: seededRandom(1),
      compile: createCompiler(),
      links,
      drivers: driverFiles,
    };
  }

  /** Sends a command with an id of its own. */
  send(request: Pick<CommandRequest, 'manager' | 'command'> & Partial<CommandRequest>): Sent {
    const id = `sent-${++this.#lastId}`;
    this.bus.submit({ arguments: {}, origin: { connector: 'test', peer: '1' }, id, ...request });
    const wanted = request.id ?? id;
    const answers = (): readonly (Reply | Failure)[] => this.answers.filter(({ command }) => command.id === wanted);
    return { answers, code: () => codeOf(answers()[0]) };
  }

  get answers(): readonly (Reply | Failure)[] {
    return this.outputs.filter((output) => output.type === 'reply' || output.type === 'failure');
  }

  get events(): readonly Event[] {
    return this.outputs.filter((output) => output.type === 'event');
  }

  /** Names of events, but not the busy and idle of every command. */
  get edges(): readonly string[] {
    return this.events.map(({ event }) => event).filter((event) => event !== 'busy' && event !== 'idle');
  }

  readings(topic: string): readonly Reading[] {
    return this.outputs.filter((output) => output.type === 'reading').filter((reading) => reading.topic === topic);
  }

  newest(topic: string): Reading | undefined {
    return this.bus.snapshot().find((reading) => reading.topic === topic);
  }

  async close(): Promise<void> {
    this.bus.complete();
    this.clock.uninstall();
    await Promise.resolve();
  }
}

const codeOf = (answer: Reply | Failure | undefined): string | undefined =>
  answer?.type === 'failure' ? answer.problem.code : answer?.type;

/** A lab with the fake supply on its bus, as `psu`. */
export class SupplyLab extends Lab {
  readonly table = new SupplyOnTheTable(this.clock);
  readonly manager = supplyManager.create({ ...this.context('psu'), createDriver: this.table.createDriver });

  constructor() {
    super();
    this.bus.attach(this.manager);
  }

  async start(): Promise<HardwareManager> {
    await this.manager.start();
    await this.clock.pass(0);
    return this.manager;
  }

  psu(command: string, channel?: ChannelId, args: JsonObject = {}, more: Partial<CommandRequest> = {}): Sent {
    const where = channel === undefined ? {} : { channel };
    return this.send({ manager: 'psu', command, ...where, arguments: args, ...more });
  }
}
