import type { LogFields, Logger } from '../../core/log.js';

export type LogLine = { readonly level: string; readonly message: string; readonly fields: LogFields };

/** Remembers what was logged. */
export class MemoryLog implements Logger {
  readonly lines: LogLine[];
  readonly #context: LogFields;

  constructor(lines: LogLine[] = [], context: LogFields = {}) {
    this.lines = lines;
    this.#context = context;
  }

  error = (message: string, fields?: LogFields): void => this.#add('error', message, fields);
  warn = (message: string, fields?: LogFields): void => this.#add('warn', message, fields);
  info = (message: string, fields?: LogFields): void => this.#add('info', message, fields);
  debug = (message: string, fields?: LogFields): void => this.#add('debug', message, fields);
  isDebug = (): boolean => true;
  child = (context: LogFields): Logger => new MemoryLog(this.lines, { ...this.#context, ...context });

  get messages(): readonly string[] {
    return this.lines.map(({ level, message }) => `${level}: ${message}`);
  }

  #add(level: string, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#context, ...fields } });
  }
}
