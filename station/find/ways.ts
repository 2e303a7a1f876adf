import { canonicalResource, parseResource } from '../../core/wire/visa-resource.js';
import type { Announcement } from './announcements.js';
import type { ScpiPort } from './scpi-ports.js';
import type { Target } from './trial.js';

export type Ways = {
  readonly ports: readonly ScpiPort[];
  readonly hislipPort: number;
};

/** All that is tried on a host: what is usual, and what it has announced besides. Raw sockets come first: the quickest to
 *  refuse. */
export const waysTo = (
  host: string,
  { ports, hislipPort }: Ways,
  announced: readonly Announcement[] = [],
): readonly Target[] => {
  const targets = new Map<string, Target>();
  const add = (text: string, more: Omit<Target, 'resource'> = {}): void => {
    const resource = parseResource(text);
    const name = canonicalResource(resource);
    if (!targets.has(name)) targets.set(name, { resource, ...more });
  };
  for (const { port, writeTermination } of ports) add(`TCPIP::${host}::${port}::SOCKET`, { writeTermination });
  add(`TCPIP::${host}::inst0::INSTR`);
  add(`TCPIP::${host}::hislip0,${hislipPort}::INSTR`);
  for (const { service, port } of announced) {
    if (service === '_scpi-raw._tcp') add(`TCPIP::${host}::${port}::SOCKET`);
    if (service === '_hislip._tcp') add(`TCPIP::${host}::hislip0,${port}::INSTR`);
  }
  return [...targets.values()];
};
