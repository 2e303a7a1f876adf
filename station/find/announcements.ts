import { decode, encode, type Answer, type Question, type TxtData } from 'dns-packet';

/** What LXI instruments announce, and the port where that is unless they say so. `_lxi`: a page; `_vxi-11`: a portmapper. */
const services = { '_lxi._tcp': 80, '_vxi-11._tcp': 111, '_scpi-raw._tcp': 5025, '_hislip._tcp': 4880 } as const;
export type Service = keyof typeof services;
const serviceNames: readonly Service[] = ['_lxi._tcp', '_vxi-11._tcp', '_scpi-raw._tcp', '_hislip._tcp'];

/** One service of one instrument. */
export type Announcement = {
  readonly service: Service;
  /** As a stranger calls it: anything may stand in it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Manufacturer, Model, SerialNumber, FirmwareVersion, where it says them; keys in lower case. */
  readonly facts: ReadonlyMap<string, string>;
};

type Instance = {
  readonly service: Service;
  readonly name: string;
  target?: string;
  port?: number;
  facts?: ReadonlyMap<string, string>;
  /** Who told us. */
  readonly sender: string;
};

const DOMAIN = 'local';
/** A network has a hundred; who announces more is not believed. */
const MAX_INSTANCES = 512;
const MAX_ADDRESSES_OF_A_NAME = 8;
const MAX_FACTS = 32;
/** A question for each of many names fits into a datagram. */
const MAX_QUESTIONS = 16;

/** Gathers the answers to one multicast question (RFC 6762, 5.1): tells what is still to be asked, and what was announced.
 *  Takes any bytes. An address counts only when it is near, or the sender's own: nobody sends us to a stranger. */
export class Announcements {
  readonly #isNear: (address: string) => boolean;
  readonly #instances = new Map<string, Instance>();
  readonly #addresses = new Map<string, Set<string>>();

  constructor(isNear: (address: string) => boolean) {
    this.#isNear = isNear;
  }

  take(datagram: Uint8Array, sender: string): void {
    for (const record of recordsIn(datagram)) this.#note(record, sender);
  }

  /** The question that begins it all. */
  get question(): Uint8Array {
    return asking(serviceNames.map((service) => ({ name: `${service}.${DOMAIN}`, type: 'PTR' as const })));
  }

  /** What is missing: where a service is, and which address that is. Undefined: nothing. */
  get openQuestion(): Uint8Array | undefined {
    const missing = [...this.#instances].flatMap(([name, { target, facts }]): readonly Question[] => {
      if (target === undefined) return [{ name, type: 'SRV' }];
      const unsaid: readonly Question[] = facts === undefined ? [{ name, type: 'TXT' }] : [];
      return this.#addresses.has(target) ? unsaid : [...unsaid, { name: target, type: 'A' }];
    });
    const askable = missing.filter(({ name }) => isAskable(name)).slice(0, MAX_QUESTIONS);
    return askable.length === 0 ? undefined : asking(askable);
  }

  get found(): readonly Announcement[] {
    return [...this.#instances.values()].map(({ service, name, target = '', facts = new Map(), sender, ...its }) => {
      const addresses = [...(this.#addresses.get(target) ?? [])];
      const address = addresses.includes(sender) ? sender : (addresses[0] ?? sender);
      return { service, name, address, port: its.port ?? services[service], facts };
    });
  }

  #note(record: Answer, sender: string): void {
    switch (record.type) {
      case 'PTR':
        this.#begin(record.name, record.data, sender);
        break;
      case 'SRV': {
        const instance = this.#instances.get(key(record.name));
        const { port, target } = record.data;
        if (instance === undefined || port < 1) break;
        instance.target = key(target);
        instance.port = port;
        break;
      }
      case 'TXT': {
        const instance = this.#instances.get(key(record.name));
        if (instance !== undefined) instance.facts = factsIn(record.data);
        break;
      }
      case 'A':
        if (record.data === sender || this.#isNear(record.data)) this.#addAddress(key(record.name), record.data);
        break;
      default:
    }
  }

  #begin(pointer: string, instance: string, sender: string): void {
    const service = serviceNames.find((known) => key(pointer) === `${known}.${DOMAIN}`);
    const name = key(instance);
    if (service === undefined || this.#instances.has(name) || this.#instances.size >= MAX_INSTANCES) return;
    this.#instances.set(name, { service, name: instance.replace(`.${service}.${DOMAIN}`, ''), sender });
  }

  #addAddress(name: string, address: string): void {
    const known = this.#addresses.get(name) ?? new Set();
    if (known.size >= MAX_ADDRESSES_OF_A_NAME || this.#addresses.size >= MAX_INSTANCES) return;
    this.#addresses.set(name, known.add(address));
  }
}

const asking = (questions: readonly Question[]): Uint8Array =>
  encode({ type: 'query', id: 0, flags: 0, questions: [...questions] });

/** A label has 63 bytes at most; what was no UTF-8 has become longer. */
const isAskable = (name: string): boolean =>
  name.split('.').every((label) => label !== '' && Buffer.byteLength(label) <= 63);

/** Never throws: what cannot be read has no records. */
const recordsIn = (datagram: Uint8Array): readonly Answer[] => {
  try {
    const { type, answers = [], additionals = [] } = decode(Buffer.from(datagram));
    return type === 'response' ? [...answers, ...additionals] : [];
  } catch {
    return [];
  }
};

/** DNS-SD (RFC 6763, 6): `key=value`, the first of a key counts. */
const factsIn = (data: TxtData): ReadonlyMap<string, string> => {
  const facts = new Map<string, string>();
  const texts = Array.isArray(data) ? data : [data];
  for (const text of texts.slice(0, MAX_FACTS)) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text.toString()) ?? [];
    if (name !== undefined && !facts.has(name.toLowerCase())) facts.set(name.toLowerCase(), value);
  }
  return facts;
};

const key = (name: string): string => name.toLowerCase();
