import type { Listener } from '../core/connector.js';
import type { PartConfigs } from './config/station-config.js';

/** `ready http://127.0.0.1:8080/ online=tcp://127.0.0.1:5555 web=http://127.0.0.1:8080/`: the console's address first and
 *  bare, where there is a console. */
export const readyLine = (listeners: readonly Listener[], connectors: PartConfigs): string => {
  const console = listeners.find(
    ({ name, url }) => url.startsWith('http') && connectors[name]?.options['console'] === true,
  );
  const named = listeners.map(({ name, url }) => `${name}=${url}`);
  return ['ready', ...(console === undefined ? [] : [console.url]), ...named].join(' ');
};
