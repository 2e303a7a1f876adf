const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in the units that matter: `now`, `42 s`, `3 min`, `2 h 05 min`, `4 d 3 h`. No tenths: they would
 *  flicker all over the page.
 *  A negative age is the skew of two clocks, not the future: it counts as now. */
export const ageText = (ageMs: number): string => {
  const ms = Math.max(0, ageMs);
  if (ms < SECOND) return 'now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${twoDigits(Math.floor(ms / MINUTE) % 60)} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor(ms / HOUR) % 24} h`;
};

/** The same inside a sentence: `now`, `42 s ago`. */
export const agoText = (ageMs: number): string => (ageMs < SECOND ? 'now' : `${ageText(ageMs)} ago`);

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Wall time for people in front of the screen: `14:03:27.045`, in the time zone of the page. */
export const clockText = (timeMs: number): string => {
  const time = new Date(timeMs);
  const hms = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  return `${hms}.${String(time.getMilliseconds()).padStart(3, '0')}`;
};
