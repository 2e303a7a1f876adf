import type { ManagerKind } from '../../core/connector.js';
import { seededRandom } from '../../core/random.js';
import { Bench } from './bench.device.js';
import { benchManager } from './bench.manager.js';
import { benchOptions } from './bench.options.js';
import { benchPlan } from './bench.plan.js';
import { benchOptionsSchema } from './bench.schema.js';
import { createServer } from './bench.servers.js';

/** Simulated instruments on real ports. */
export const benchKind: ManagerKind = {
  optionsSchema: benchOptionsSchema,
  create: (checked, context) => {
    const options = benchOptions(checked);
    const plan = benchPlan(options, context.drivers);
    const { clock, log } = context;
    const random = options.seed === null ? context.random : seededRandom(options.seed);
    const createDriver = (): Bench =>
      new Bench({
        plan,
        clock,
        random,
        createServers: (find) =>
          options.servers.map((server) => createServer(server, find, { clock, log, socketPort: socketPortOf(server) })),
      });
    const socketPortOf = (server: (typeof options.servers)[number]): number | undefined =>
      server.protocol === 'socket' ? plan.get(server.instrument)?.blueprint.driver.file.link?.port : undefined;
    return benchManager.create({ ...context, createDriver, channels: [...plan.keys()] });
  },
};
