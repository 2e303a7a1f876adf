import type { Registry } from 'prom-client';
import { STATION } from '../../core/bus.js';
import type { PartContext } from '../../core/connector.js';
import type { Json } from '../../core/json-value.js';
import { OWN_PREFIX, type HttpSection } from '../http/section.js';
import { channelDataFamilies } from './channel-data-families.js';
import { CONTENT_TYPE, printFamilies, type Family } from './family.js';
import { linkFamilies } from './link-families.js';
import { managerFamilies } from './manager-families.js';
import { managerViews } from './manager-view.js';
import { psuViews } from './psu-channels.js';
import { psuFamilies } from './psu-families.js';
import { readingFamilies } from './reading-families.js';
import { stationFamilies } from './station-families.js';
import { Tally } from './tally.js';
import { usedLinks } from './used-link.js';

export type MetricsOptions = {
  /** `/metrics` too, as no dialect claims the root of this port. */
  readonly isAtRoot: boolean;
  /** What the clients of a dialect call the supply behind a manager. */
  readonly psuName: (manager: string) => string;
};

const unknownStation = { name: 'busbar', version: 'unknown' };

/** Metrics in the Prometheus text format, made of the snapshot when they are asked for: between two scrapes nothing is done
 *  for them but counting answers. */
export const metricsSection = (context: PartContext, { isAtRoot, psuName }: MetricsOptions): HttpSection => {
  const { bus, clock, station = unknownStation } = context;
  const tally = new Tally(bus);
  let ofProcess: Promise<Registry> | undefined;

  const families = (): readonly Family[] => {
    const views = managerViews(bus);
    const read = (parameter: string): Json | undefined =>
      bus.streamOf(STATION).newest(`${STATION}/${parameter}`)?.value;
    const links = usedLinks(read('links'));
    const psus = psuViews(views, psuName);
    return [
      ...managerFamilies(views, tally, station),
      ...readingFamilies(views, clock.now()),
      ...linkFamilies(links),
      ...stationFamilies(read),
      ...psuFamilies(psus, tally, links),
      ...channelDataFamilies(psus),
    ];
  };
  return {
    name: 'metrics',
    register: (server) => {
      for (const path of isAtRoot ? [`${OWN_PREFIX}/metrics`, '/metrics'] : [`${OWN_PREFIX}/metrics`]) {
        server.get(path, async (_request, reply) => {
          ofProcess ??= processMetrics();
          const registry = await ofProcess;
          const text = printFamilies(families()) + (await registry.metrics());
          return reply.header('cache-control', 'no-store').type(CONTENT_TYPE).send(text);
        });
      }
    },
    close: () => {
      tally.close();
    },
  };
};

/** Of the package: sums that are called counters and are none, which Prometheus' own check refuses. What they sum is there. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Processor, memory, garbage collection, descriptors: of the package that everybody's boards know; loaded when it is first
 *  asked for. */
const processMetrics = async (): Promise<Registry> => {
  const { default: prometheus } = await import('prom-client'); // the one name that bundled CommonJS exports
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
};
