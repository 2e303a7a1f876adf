import type { Json } from '../../core/json-value.js';
import type { Reading } from '../../core/message.js';

/** `epoch.seq.value`: the first two say which reading it is, the last what was read, so that a poll which has read the same
 *  is no change to somebody who is about to write. */
export const readingTag = ({ epoch, seq, value }: Reading): string =>
  `"${epoch.toString(36)}.${seq.toString(36)}.${digestOf(value)}"`;

/** Readings of one manager; any new one changes it, and so does one that is no longer there. */
export const readingsTag = (epoch: number, readings: readonly Reading[]): string => {
  const newest = readings.reduce((highest, { seq }) => Math.max(highest, seq), 0);
  return `"${epoch.toString(36)}.${newest.toString(36)}.${readings.length}"`;
};

export const descriptionTag = (epoch: number, version: number): string =>
  `"${epoch.toString(36)}.v${version.toString(36)}"`;

/** `If-None-Match`: whether the client has it already. */
export const isKnown = (header: string | undefined, tag: string): boolean => listed(header, (other) => other === tag);

/** `If-Match`: whether what the client has seen is still what there is. */
export const isUnchanged = (header: string, current: Reading | undefined): boolean =>
  current !== undefined && listed(header, (tag) => changeMark(tag) === changeMark(readingTag(current)));

const listed = (header: string | undefined, fits: (tag: string) => boolean): boolean =>
  header !== undefined &&
  header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '');
    return tag === '*' || fits(tag);
  });

/** A tag without its sequence number; a foreign text is a mark that fits nothing. */
const changeMark = (tag: string): string => {
  const [epoch, , digest, ...more] = tag.split('.');
  return digest === undefined || more.length > 0 ? `foreign ${tag}` : `${epoch ?? ''} ${digest}`;
};

/** FNV-1a of the value as text: 32 bits tell two values of one parameter apart well enough for a courtesy. */
const digestOf = (value: Json): string => {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
};
