import type { Resource } from '../../core/wire/visa-resource.js';

/** Where an instrument may be, and how it would be asked. */
export type Target = {
  readonly resource: Resource;
  /** What ends a message; absent: what the road uses. */
  readonly writeTermination?: string;
  /** Of a serial line; absent: 9600. */
  readonly baudRate?: number;
};

/** What became of asking there. `silent`: something is there that gives no identity. `absent`: nothing is; `isMute`: nobody
 *  even refused. `inUse`: a station has it, so it was not asked. */
export type Trial = { readonly resource: Resource } & (
  | { readonly type: 'answered'; readonly answer: string }
  | { readonly type: 'silent'; readonly problem: string }
  | { readonly type: 'absent'; readonly isMute: boolean; readonly problem: string }
  | { readonly type: 'inUse'; readonly by: string }
);

/** Asks who is there. Never rejects. */
export type AskIdentity = (target: Target, signal: AbortSignal) => Promise<Trial>;
