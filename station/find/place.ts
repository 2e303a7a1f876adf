import { HardwareError } from '../../core/errors.js';
import { shownText } from './shown-text.js';

/** Addresses in one search: a laboratory network has hundreds, and a mistyped /8 would take days. */
export const MAX_ADDRESSES = 4_096;

const FORMS = '10.0.0.5, 10.0.0.5-20, 10.0.0.5-10.0.1.20, 10.0.0.0/24, or a host name';
const ADDRESS_SPACE = 2 ** 32;
const WIDEST_PREFIX = 32;

type Range = { readonly first: number; readonly last: number };

/** The hosts that places on the command line mean, each once, in order. Errors: BAD_ARGUMENT. */
export const hostsOf = (places: readonly string[]): readonly string[] => {
  const hosts = new Set<string>();
  for (const place of places) for (const host of hostsAt(place.trim(), hosts.size)) hosts.add(host);
  return [...hosts];
};

const hostsAt = (place: string, before: number): readonly string[] => {
  const range = rangeOf(place);
  if (range === undefined) return [hostName(place)];
  const { first, last } = range;
  const count = last - first + 1;
  if (before + count > MAX_ADDRESSES)
    refuse(place, `it brings the addresses to ${before + count}, the limit is ${MAX_ADDRESSES}; search in parts`);
  return Array.from({ length: count }, (_none, index) => dotted(first + index));
};

/** Undefined: it is no number of addresses. */
const rangeOf = (place: string): Range | undefined => {
  const [, from = '', kind = '', to = ''] = /^([\d.]+)(?:([-/])([\d.]+))?$/.exec(place) ?? [];
  if (!from.includes('.')) return undefined;
  const first = addressOf(from, place);
  if (kind === '') return { first, last: first };
  return kind === '/' ? network(first, to, place) : span(first, to, place);
};

/** Without the addresses of the network itself and of its broadcast, which belong to no instrument. */
const network = (address: number, bits: string, place: string): Range => {
  const prefix = Number(bits);
  if (!/^\d{1,2}$/.test(bits) || prefix > WIDEST_PREFIX) refuse(place, `/${bits} is outside /0../${WIDEST_PREFIX}`);
  const size = 2 ** (WIDEST_PREFIX - prefix);
  const start = address - (address % size);
  return size <= 2 ? { first: start, last: start + size - 1 } : { first: start + 1, last: start + size - 2 };
};

/** `10.0.0.5-20` counts in the last part; behind the dash may also stand a whole address. */
const span = (first: number, to: string, place: string): Range => {
  const last = to.includes('.') ? addressOf(to, place) : first - (first % 256) + part(to, place);
  if (last < first) refuse(place, `it ends before it begins`);
  return { first, last };
};

const addressOf = (text: string, place: string): number => {
  const parts = text.split('.');
  if (parts.length !== 4) refuse(place, `an address has four numbers`);
  return parts.reduce((sum, each) => sum * 256 + part(each, place), 0);
};

const part = (text: string, place: string): number => {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 255) refuse(place, `"${text}" is outside 0..255`);
  return Number(text);
};

const dotted = (address: number): string =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor((address % ADDRESS_SPACE) / unit) % 256).join('.');

/** RFC 1123, with the underscore that some networks have. */
const hostName = (text: string): string => {
  if (text.includes(':')) refuse(text, `IPv6 addresses and ports have no place here; ports go with --port`);
  if (
    /^[\d.]+$/.test(text) ||
    !/^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(text)
  )
    refuse(text, `it is neither an address nor a host name`);
  return text.replace(/\.$/, '').toLowerCase();
};

const refuse = (place: string, problem: string): never => {
  throw new HardwareError('BAD_ARGUMENT', `"${shownText(place)}": ${problem}; places are ${FORMS}`);
};
