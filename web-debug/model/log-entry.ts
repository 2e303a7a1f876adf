import { STATION } from '../../core/bus.js';
import type { Command } from '../../core/message.js';
import type { ClientFrame, StationFrame } from '../../core/native/protocol.js';
import { jsonText, valueText } from './number-text.js';

export const logKinds = ['command', 'reply', 'failure', 'event', 'alarm', 'reading', 'protocol'] as const;
export type LogKind = (typeof logKinds)[number];
export type Direction = 'sent' | 'received';

export type Frame = ClientFrame | StationFrame;

/** A description may be long; its start is enough to search and to read in a line. */
const MAX_LINE = 240;

/** One message as the log shows it. Its text is made when somebody looks: most readings are never looked at. */
export class LogEntry {
  /** Counts from 1 over all entries of the page. */
  readonly number: number;
  /** When it passed this page, by this page's clock, epoch ms. */
  readonly timeMs: number;
  readonly direction: Direction;
  readonly frame: Frame;
  readonly kind: LogKind;
  readonly manager: string | undefined;
  #searchText: string | undefined;
  #line: string | undefined;

  constructor(number: number, timeMs: number, direction: Direction, frame: Frame) {
    this.number = number;
    this.timeMs = timeMs;
    this.direction = direction;
    this.frame = frame;
    this.kind = kindOf(frame);
    this.manager = 'manager' in frame ? frame.manager : undefined;
  }

  get searchText(): string {
    return (this.#searchText ??= jsonText(this.frame).toLowerCase());
  }

  get line(): string {
    return (this.#line ??= summaryOf(this.frame).slice(0, MAX_LINE));
  }

  get raw(): string {
    return jsonText(this.frame, 2);
  }
}

const kindOf = (frame: Frame): LogKind => {
  switch (frame.type) {
    case 'command':
      return isForPlots(frame) ? 'protocol' : frame.type;
    case 'reply':
    case 'failure':
      return isForPlots(frame.command) ? 'protocol' : frame.type;
    case 'event':
    case 'alarm':
    case 'reading':
      return frame.type;
    default:
      return 'protocol';
  }
};

/** Consoles ask for history by themselves: nobody has commanded anything. */
const isForPlots = ({ manager, command }: Pick<Command, 'manager' | 'command'>): boolean =>
  manager === STATION && command === 'history';

/** What a message says, in one line. */
export const summaryOf = (frame: Frame): string => {
  switch (frame.type) {
    case 'command':
      return `${place(frame.manager, frame.channel)} ${frame.command} ${jsonText(frame.arguments ?? {})}`;
    case 'reply':
      return `${askedBy(frame.command)} \u2192 ${valueText(frame.value)}`;
    case 'failure':
      return `${askedBy(frame.command)} \u2192 ${frame.problem.code}: ${frame.problem.message}`;
    case 'reading':
      return `${frame.topic} = ${valueText(frame.value)}${frame.unit === undefined ? '' : ` ${frame.unit}`}${frame.quality === 'good' ? '' : ` (${frame.quality})`}`;
    case 'event':
      return `${place(frame.manager, frame.channel)} ${frame.event} ${jsonText(frame.details)}`;
    case 'alarm':
      return `${place(frame.manager, frame.channel)} ${frame.alarm} ${frame.isActive ? frame.severity : 'cleared'}: ${frame.message}`;
    default:
      return jsonText(frame);
  }
};

const place = (manager: string, channel: string | number | undefined): string =>
  channel === undefined ? manager : `${manager}/${channel}`;

const askedBy = ({ manager, channel, command, arguments: values, origin }: Command): string =>
  `${place(manager, channel)} ${command} ${jsonText(values)} (${origin.name ?? `${origin.connector} ${origin.peer}`})`;
