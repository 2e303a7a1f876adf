import { printRefusal, type Refusal } from '../dialects/psudaemon-errors.js';

/** One whole answer, whatever sends it. */
export type Answer = {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly headers: { readonly [name: string]: string };
};

const JSON_TYPE = { 'content-type': 'application/json' } as const;

export const jsonAnswer = (body: string | Uint8Array, headers: Answer['headers'] = {}): Answer => ({
  status: 200,
  body,
  headers: { ...JSON_TYPE, ...headers },
});

export const htmlAnswer = (body: string): Answer => ({
  status: 200,
  body,
  headers: { 'content-type': 'text/html; charset=utf-8' },
});

export const refusal = (refused: Refusal, headers: Answer['headers'] = {}): Answer => ({
  status: refused.status,
  body: printRefusal(refused),
  headers: { ...JSON_TYPE, ...headers },
});

/** Keeps the method: a POST stays one. */
export const redirect = (location: string): Answer => ({ status: 307, body: '', headers: { location } });
