import { duplexPair, type Duplex } from 'node:stream';
import { onlineEnvelopes, type OnlineEnvelopes } from '../../connectors/envelope-tcp/online-envelopes.js';
import { readOptions } from '../../connectors/envelope-tcp/options.js';
import type { JsonObject } from '../../core/json-value.js';
import { seededRandom } from '../../core/random.js';
import { hvKind } from '../../managers/hv/hv.kind.js';
import { createCompiler } from '../../schemas/compiler.js';
import { Lab } from './lab.js';
import { OnlineClient } from './online-client.js';

/** A virtual rack behind Online's Envelopes, in fake time and without a port. `close()` in `afterEach`. */
export class OnlineLab extends Lab {
  readonly rack = hvKind.create({ blocks: [{ id: 1 }], noiseV: 0, settlingMs: 2_000 }, this.context('hv'));
  readonly envelopes: OnlineEnvelopes;
  /** Each client with the station's end of its stream. */
  readonly #ends = new Map<OnlineClient, Duplex>();

  constructor(options: JsonObject = {}) {
    super();
    const { bus, clock, log } = this;
    this.bus.attach(this.rack);
    const context = { name: 'online', bus, clock, log, random: seededRandom(1), compile: createCompiler() };
    this.envelopes = onlineEnvelopes(readOptions({ blocks: { '1': 'hv/1' }, ...options }), context);
  }

  async start(): Promise<void> {
    await this.rack.start();
    await this.clock.pass(0);
  }

  /** A client that reads. */
  connect(): OnlineClient {
    const [ours, theirs] = duplexPair();
    const client = new OnlineClient(theirs);
    this.#ends.set(client, ours);
    this.envelopes.join(ours, `peer ${this.#ends.size}`);
    return client;
  }

  /** The connection is gone, as after a reset: the station sees its end close. */
  async cutOff(client: OnlineClient): Promise<void> {
    this.#ends.get(client)?.destroy();
    await this.settle();
  }

  /** Lets everything that was written arrive, and everything that was said be written. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.clock.turns(1);
    }
  }

  override async close(): Promise<void> {
    await this.rack.stop();
    this.envelopes.close();
    for (const [{ stream }, end] of this.#ends) {
      stream.destroy();
      end.destroy();
    }
    await super.close();
  }
}
