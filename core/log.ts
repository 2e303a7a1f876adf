import type { Json } from './json-value.js';

export type LogFields = { readonly [field: string]: Json | undefined };

/** What core and everything above it sees of the log. The message is a constant; what varies goes into fields. */
export type Logger = {
  readonly error: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly debug: (message: string, fields?: LogFields) => void;
  /** Ask before building the fields of a debug line: wire traffic is dear to print. */
  readonly isDebug: () => boolean;
  readonly child: (context: LogFields) => Logger;
};

const nothing = (): void => undefined;

export const silentLog: Logger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  isDebug: () => false,
  child: () => silentLog,
};
