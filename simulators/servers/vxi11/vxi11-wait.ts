import { Subscription, type Observable } from 'rxjs';
import type { Clock } from '../../../core/clock.js';

/** How a wait ended. */
export type WaitEnd = 'came' | 'late' | 'aborted';

export type Wait = {
  readonly for: Observable<unknown>;
  readonly ms: number;
  readonly aborts: Observable<unknown>;
};

/** Waits for the first of the three; leaves neither timer nor subscription behind. */
export const wait = (clock: Pick<Clock, 'after'>, { for: comes, ms, aborts }: Wait): Promise<WaitEnd> =>
  new Promise((resolve) => {
    const subscriptions = new Subscription();
    const end = (how: WaitEnd): void => {
      cancel();
      subscriptions.unsubscribe();
      resolve(how);
    };
    const cancel = clock.after(Math.max(0, ms), () => {
      end('late');
    });
    subscriptions.add(comes.subscribe(() => end('came')));
    subscriptions.add(aborts.subscribe(() => end('aborted')));
  });
