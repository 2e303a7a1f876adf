import type { Connector, Listener, PartContext } from '../../core/connector.js';
import { HttpServer } from '../transports/http-server.js';
import { isRootOwned, OWN_PREFIX, type HttpSection } from './section.js';

const GOODBYE = 'the station is stopping';

export type HttpConnectorOptions = {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  /** In the order of the list of listeners. */
  readonly sections: readonly HttpSection[];
};

/** One port with everything that lives on it. Its first listener is where a person begins. */
export const createHttpConnector = (
  { name, log }: Pick<PartContext, 'name' | 'log'>,
  options: HttpConnectorOptions,
): Connector => {
  const { sections } = options;
  const server = new HttpServer({ ...options, log });
  return {
    start: async () => {
      const { host, port } = await server.start();
      const base = `http://${host}:${port}`;
      const own: Listener = { name, url: isRootOwned(sections) ? `${base}${OWN_PREFIX}/` : `${base}/` };
      const others = sections.flatMap(({ listeners }) => listeners?.(base) ?? []);
      return [own, ...others.map((listener) => ({ ...listener, name: `${name}/${listener.name}` }))];
    },
    stop: async () => {
      const closing = sections.map(async (section) => {
        await section.close?.(GOODBYE);
      });
      // What they have said leaves at the next tick; cut before, it would be lost.
      await new Promise((resolve) => {
        process.nextTick(resolve);
      });
      await Promise.all([server.stop(Promise.allSettled(closing)), ...closing]);
    },
    peers: () => sections.flatMap(({ peers }) => peers?.() ?? []),
  };
};
