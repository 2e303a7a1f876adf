import { render } from 'lit';
import { overWebSocket } from '../core/native/client-socket.js';
import { createCompiler } from '../schemas/compiler.js';
import { browserClock } from './browser-clock.js';
import { consoleView } from './console-view.js';
import { Page } from './page.js';
import { redrawer } from './redraw.js';
import { routeOf, type Route } from './route.js';
import { Session } from './session.js';
import { Theme } from './theme.js';

/** Ages move on although nothing comes. */
const AGE_INTERVAL_MS = 500;
/** From here on the message log has a column of its own. */
const WIDE = '(min-width: 1380px)';

/** Below this page, so that it works behind a proxy under any path: `/x/busbar/` talks to `/x/busbar/ws`. Where nothing
 *  else claims the root, the page is at `/` as well. */
const isAtRoot = !/\/busbar\/[^/]*$/.test(location.pathname);
const socketUrl = new URL(isAtRoot ? 'busbar/ws' : 'ws', document.baseURI);
socketUrl.protocol = socketUrl.protocol === 'https:' ? 'wss:' : 'ws:';
socketUrl.hash = '';

const redraw = redrawer(() => {
  render(consoleView(page), document.body);
  if (shown === page.route) return;
  // On a telephone the list of managers is a bar that may have to move.
  const entry = document.querySelector('.rail li:has(a[aria-current="page"])');
  if (entry === null) return;
  entry.scrollIntoView({ block: 'nearest', inline: 'center' });
  shown = page.route;
});
let shown: Route | undefined;
const session = new Session({
  openSocket: overWebSocket(() => new WebSocket(socketUrl)),
  clock: browserClock,
  random: () => Math.random(),
  onChange: redraw,
});
const page = new Page({
  session,
  compile: createCompiler({ allErrors: true }),
  theme: new Theme(document.documentElement, localStorage),
  redraw,
});

const followAddress = (): void => {
  page.route = routeOf(location.hash);
  window.scrollTo(0, 0);
  redraw();
};
window.addEventListener('hashchange', followAddress);

const wide = matchMedia(WIDE);
const followWidth = (): void => {
  page.isWide = wide.matches;
  redraw();
};
wide.addEventListener('change', followWidth);

document.addEventListener('keydown', (event) => {
  if (!event.altKey || event.code !== 'Digit0') return;
  event.preventDefault();
  document.querySelector<HTMLButtonElement>('#stop-all')?.click();
});

setInterval(redraw, AGE_INTERVAL_MS);
followWidth();
followAddress();
session.start();
