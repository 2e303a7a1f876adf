import { STATION } from '../../core/bus.js';
import type { Description } from '../../core/description.js';
import type { Alarm, Event, Output, Reading } from '../../core/message.js';
import { plotValue } from './history.js';
import { Trace, type Point } from './trace.js';

/** Points kept of what nobody looks at, and of what is plotted. */
const BACKGROUND_POINTS = 500;
const PLOTTED_POINTS = 8_000;
/** Bounds what a station with endless names can make the page keep. */
const MAX_TOPICS = 20_000;

/** A command that makes its channel or manager busy. */
export type BusyWith = { readonly command: string; readonly channel: string; readonly reference: number };

/** What the page knows of the station, from what it was told; the page draws nothing that is not here. */
export class StationModel {
  #managers = new Map<string, Description>();
  readonly #readings = new Map<string, Reading>();
  readonly #traces = new Map<string, Trace>();
  readonly #plotted = new Set<string>();
  readonly #busy = new Map<string, Map<number, BusyWith>>();
  readonly #alarms = new Map<string, Alarm>();

  /** In the order of the station, which itself comes last: people look for their instruments. */
  get managers(): readonly Description[] {
    const all = [...this.#managers.values()];
    return [...all.filter(({ name }) => name !== STATION), ...all.filter(({ name }) => name === STATION)];
  }

  manager(name: string): Description | undefined {
    return this.#managers.get(name);
  }

  reading(topic: string): Reading | undefined {
    return this.#readings.get(topic);
  }

  points(topic: string): readonly Point[] {
    return this.#traces.get(topic)?.points ?? [];
  }

  /** What runs on a manager now, as far as this page has heard. */
  busy(manager: string): readonly BusyWith[] {
    return [...(this.#busy.get(manager)?.values() ?? [])];
  }

  alarms(manager: string): readonly Alarm[] {
    return [...this.#alarms.values()].filter((alarm) => alarm.manager === manager);
  }

  /** All descriptions at once: what is not among them is gone. */
  describe(descriptions: readonly Description[]): void {
    this.#managers = new Map(descriptions.map((description) => [description.name, description]));
    for (const topic of this.#readings.keys()) if (!this.#managers.has(managerOf(topic))) this.#forget(topic);
    for (const [key, { manager }] of this.#alarms) if (!this.#managers.has(manager)) this.#alarms.delete(key);
  }

  /** One description that has changed, or a manager that is new. */
  redescribe(description: Description): void {
    this.#managers.set(description.name, description);
  }

  /** After a reconnect: nobody knows what has begun or ended meanwhile. */
  forgetRunning(): void {
    this.#busy.clear();
    this.#alarms.clear();
  }

  read(reading: Reading): void {
    const { topic } = reading;
    if (!this.#readings.has(topic) && this.#readings.size >= MAX_TOPICS) return;
    this.#readings.set(topic, reading);
    if (typeof reading.value !== 'number' && typeof reading.value !== 'boolean' && !this.#traces.has(topic)) return;
    this.#trace(topic).push([reading.timeMs, plotValue(reading.value)]);
  }

  hear(output: Output): void {
    switch (output.type) {
      case 'reading':
        this.read(output);
        break;
      case 'event':
        this.#hearEvent(output);
        break;
      case 'alarm':
        this.#hearAlarm(output);
        break;
      case 'reply':
      case 'failure':
        break; // "idle" tells the end, not the answer: a time-out does not free
    }
  }

  /** Keeps more points of what is drawn. */
  keepPlotted(topic: string): void {
    this.#plotted.add(topic);
    this.#traces.get(topic)?.allow(PLOTTED_POINTS);
  }

  mergeHistory(topic: string, points: readonly Point[]): void {
    if (points.length > 0) this.#trace(topic).merge(points);
  }

  #trace(topic: string): Trace {
    const known = this.#traces.get(topic);
    if (known !== undefined) return known;
    const trace = new Trace(this.#plotted.has(topic) ? PLOTTED_POINTS : BACKGROUND_POINTS);
    this.#traces.set(topic, trace);
    return trace;
  }

  #forget(topic: string): void {
    this.#readings.delete(topic);
    this.#traces.delete(topic);
    this.#plotted.delete(topic);
  }

  #hearEvent({ manager, event, channel, details }: Event): void {
    if (event === 'offline' || event === 'restarted') this.#busy.delete(manager);
    const { command, reference } = details;
    if (typeof reference !== 'number') return;
    if (event === 'idle') this.#busy.get(manager)?.delete(reference);
    if (event !== 'busy' || typeof command !== 'string') return;
    const running = this.#busy.get(manager) ?? new Map<number, BusyWith>();
    running.set(reference, { command, channel: channel === undefined ? '' : String(channel), reference });
    this.#busy.set(manager, running);
  }

  #hearAlarm(alarm: Alarm): void {
    const key = `${alarm.manager}/${alarm.channel ?? ''}/${alarm.alarm}`;
    if (alarm.isActive) this.#alarms.set(key, alarm);
    else this.#alarms.delete(key);
  }
}

const managerOf = (topic: string): string => topic.split('/')[0] ?? '';

/** The version that an event names, when it says that the description has changed. */
export const announcedVersion = ({ details }: Event): number | undefined => {
  const { version } = details;
  return typeof version === 'number' ? version : undefined;
};
