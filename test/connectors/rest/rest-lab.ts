import type { LightMyRequestResponse, InjectOptions } from 'fastify';
import type { HttpSection } from '../../../connectors/http/section.js';
import { HttpServer } from '../../../connectors/transports/http-server.js';
import type { PartContext } from '../../../core/connector.js';
import type { Json, JsonObject } from '../../../core/json-value.js';
import { seededRandom } from '../../../core/random.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { SupplyLab } from '../../support/lab.js';

/** A fake supply, and sections of an HTTP port in front of it that are asked without a socket. `close()` in `afterEach`. */
export class RestLab extends SupplyLab {
  /** How much time passes with each turn that a request takes. */
  stepMs = 0;
  #server: HttpServer | undefined;
  #sections: readonly HttpSection[] = [];

  get part(): PartContext {
    const { bus, clock, log } = this;
    const station = { name: 'lab', version: '1.2.3' };
    return { name: 'web', bus, clock, log, random: seededRandom(1), compile: createCompiler(), station };
  }

  async open(sections: readonly HttpSection[]): Promise<void> {
    this.#sections = sections;
    this.#server = new HttpServer({ host: '127.0.0.1', port: 0, sections, maxConnections: 10, log: this.log });
    await this.start();
    const ready = this.#server.app.ready();
    for (let turn = 0; turn < 20; turn += 1) await this.clock.pass(0);
    await ready;
  }

  /** Time passes for as long as it takes. */
  async ask(request: InjectOptions): Promise<LightMyRequestResponse> {
    if (this.#server === undefined) throw new Error('not open');
    const life = { isOver: false };
    const asked = this.#server.app.inject(request).finally(() => (life.isOver = true));
    while (!life.isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.clock.pass(this.stepMs);
    }
    return await asked;
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<LightMyRequestResponse> {
    return await this.ask({ method: 'GET', url, headers });
  }

  async request(
    method: 'PUT' | 'POST',
    url: string,
    body?: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LightMyRequestResponse> {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return await this.ask({ method, url, headers: { ...type, ...headers }, ...payload });
  }

  override async close(): Promise<void> {
    for (const section of this.#sections) await section.close?.('over');
    const stopping = this.manager.stop();
    await this.clock.pass(2_000);
    await stopping;
    await super.close();
  }
}

/** The body of an answer as an object. */
export const bodyOf = (answer: LightMyRequestResponse): JsonObject => JSON.parse(answer.body) as JsonObject;
