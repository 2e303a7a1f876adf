import { printFrame, printPlain } from '../../core/native/print-frame.js';
import type { Output, Reading } from '../../core/message.js';

const utf8 = new TextEncoder();

/** Where a stream of server-sent events stands: `start` is that of its connector, `serial` counts what the station has said
 *  since, also what went to nobody. */
export type Position = { readonly start: number; readonly serial: number };

export const printPosition = ({ start, serial }: Position): string => `${start.toString(36)}-${serial.toString(36)}`;

/** What a client sends back as `Last-Event-ID`; undefined: not one of ours. */
export const readPosition = (text: string): Position | undefined => {
  const [, start, serial] = /^([0-9a-z]{1,10})-([0-9a-z]{1,10})$/.exec(text) ?? [];
  if (start === undefined || serial === undefined) return undefined;
  return { start: Number.parseInt(start, 36), serial: Number.parseInt(serial, 36) };
};

/** One message of the station; its data is the frame of the native protocol. JSON has no line end that could end the field. */
export const outputEvent = (output: Output, position: Position): Uint8Array =>
  event(output.type, printFrame(output), position);

export const snapshotEvent = (readings: readonly Reading[], position: Position): Uint8Array =>
  event('snapshot', printFrame({ type: 'snapshot', readings }), position);

/** What else a client is told; it has no position of its own. */
export const serviceEvent = (name: 'gap' | 'resumed' | 'goodbye', details: object): Uint8Array =>
  event(name, printPlain({ type: name, ...details }));

/** For the proxies on the way and for a client that has gone; a client never sees it. */
export const heartbeat = utf8.encode(': heartbeat\n\n');

/** How long a browser waits before it connects again. */
export const opening = utf8.encode('retry: 2000\n\n');

const event = (name: string, data: string, position?: Position): Uint8Array => {
  const id = position === undefined ? '' : `id: ${printPosition(position)}\n`;
  return utf8.encode(`event: ${name}\n${id}data: ${data}\n\n`);
};
