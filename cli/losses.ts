import { filter, type Subscription } from 'rxjs';
import type { Lines } from './print.js';
import type { Session } from './session.js';

/** For what goes on until Ctrl-C: a connection that is lost is said on stderr, and waited for. */
export const sayLosses = ({ client, url }: Session, { err }: Lines): Subscription =>
  client.states.pipe(filter(({ state }) => state === 'lost')).subscribe(({ reason }) => {
    err(`connection to ${url} lost (${reason ?? ''}); trying again`);
  });
