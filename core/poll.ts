import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  Observable,
  repeat,
  timer,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { Clock } from './clock.js';
import type { Millis } from './units.js';

/** Reads now and then every `everyMs`; cold, endless. A tick that falls into a slow read is skipped, so no backlog builds.
 *  A failed read goes to `onError` and the loop goes on. */
export const poll = <T>(
  everyMs: Millis,
  read: () => ObservableInput<T>,
  onError: (error: unknown) => void,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<T> => timer(0, everyMs, scheduler).pipe(exhaustMap(() => guarded(read, onError)));

/** Reads again in the next turn of the event loop after the last read is done: as fast as the device, and everyone else, allows.
 *  Cold, endless; a slow read costs no turns. */
export const pollEachTurn = <T>(
  clock: Pick<Clock, 'turn'>,
  read: () => ObservableInput<T>,
  onError: (error: unknown) => void,
): Observable<T> =>
  nextTurn(clock).pipe(
    concatMap(() => guarded(read, onError)),
    repeat(),
  );

/** Emits once, in the next turn of the event loop, and completes. */
const nextTurn = (clock: Pick<Clock, 'turn'>): Observable<void> =>
  new Observable((subscriber) => {
    clock.turn(() => {
      subscriber.next();
      subscriber.complete();
    });
  });

/** A `read` that throws and one that rejects are the same failure. */
const guarded = <T>(read: () => ObservableInput<T>, onError: (error: unknown) => void): Observable<T> =>
  defer(read).pipe(
    catchError((error: unknown) => {
      onError(error);
      return EMPTY;
    }),
  );
