import type { Clock } from '../../../core/clock.js';
import { noBytes } from '../../../core/wire/bytes.js';
import {
  VXI11_CORE,
  VXI11_INTERRUPT,
  vxi11,
  type CreateLink,
  type InterruptAddress,
} from '../../../core/wire/vxi11.js';
import { vxi11Errors, vxi11Flags } from '../../../core/wire/vxi11-words.js';
import { served, type RpcProgram } from './rpc-program.js';
import type { Vxi11DeviceLink } from './vxi11-device-link.js';
import type { Vxi11DeviceTable } from './vxi11-device-table.js';
import { openInterruptChannel, type InterruptChannel } from './vxi11-interrupt-channel.js';

export type Vxi11ConnectionOptions = {
  readonly devices: Vxi11DeviceTable;
  readonly clock: Clock;
  readonly abortPort: number;
  readonly maxReceiveBytes: number;
  /** IPv4 address of the client: an interrupt channel goes there and nowhere else. */
  readonly clientHost: string;
  /** Drops the connection in mid-word, as a pulled plug does. */
  readonly cut: () => void;
  /** Default: over the network. */
  readonly openChannel?: typeof openInterruptChannel;
};

type Lockable = { readonly lid: number; readonly flags: number; readonly lockTimeoutMs: number };

const {
  none,
  notAccessible,
  invalidLink,
  parameter,
  channelNotEstablished,
  notSupported,
  outOfResources,
  channelExists,
} = vxi11Errors;

/** What one client does on its core connection: its links, and its interrupt channel. All of it goes when it closes. */
export class Vxi11Connection {
  readonly #options: Vxi11ConnectionOptions;
  readonly #links = new Map<number, Vxi11DeviceLink>();
  #channel: InterruptChannel | undefined;
  #isOpen = true;

  constructor(options: Vxi11ConnectionOptions) {
    this.#options = options;
  }

  get hasLinks(): boolean {
    return this.#links.size > 0;
  }

  /** The core program for this client. */
  get program(): RpcProgram {
    return {
      ...VXI11_CORE,
      procedures: new Map([
        served(vxi11.createLink, (args) => this.#createLink(args)),
        served(vxi11.write, async (args) => {
          const error = await this.#run(args, (link) => {
            if (args.data.length > this.#options.maxReceiveBytes) return parameter.number;
            link.session.write(args.data, (args.flags & vxi11Flags.end) !== 0);
            return none.number;
          });
          return { error, size: error === none.number ? args.data.length : 0 };
        }),
        served(vxi11.read, async (args) => {
          const { error, link } = await this.#permitted(args);
          return link === undefined ? { error, reason: 0, data: noBytes } : link.read(args);
        }),
        served(vxi11.readStatusByte, async (args) => {
          const { error, link } = await this.#permitted(args);
          return { error, statusByte: link?.session.statusByte() ?? 0 };
        }),
        served(vxi11.trigger, async (args) => this.#error(args, (link) => link.session.trigger())),
        served(vxi11.clear, async (args) => this.#error(args, (link) => link.clear())),
        // The front panel of a simulated instrument is nowhere to be locked.
        served(vxi11.remote, async (args) => this.#error(args, () => undefined)),
        served(vxi11.local, async (args) => this.#error(args, () => undefined)),
        served(vxi11.lock, async ({ lid, flags, lockTimeoutMs }) => {
          const link = this.#links.get(lid);
          return { error: link === undefined ? invalidLink.number : await link.lock(flags, lockTimeoutMs) };
        }),
        served(vxi11.unlock, ({ lid }) => ({ error: this.#links.get(lid)?.unlock() ?? invalidLink.number })),
        served(vxi11.enableSrq, ({ lid, enable, handle }) => {
          const link = this.#links.get(lid);
          const key = handle.slice();
          link?.onServiceRequest(enable ? () => this.#channel?.send(key) : undefined);
          return { error: link === undefined ? invalidLink.number : none.number };
        }),
        served(vxi11.doCommand, ({ lid }) => {
          return { error: (this.#links.has(lid) ? notSupported : invalidLink).number, data: noBytes };
        }),
        served(vxi11.destroyLink, ({ lid }) => {
          const isMine = this.#links.delete(lid);
          if (isMine) this.#options.devices.release(lid);
          return { error: (isMine ? none : invalidLink).number };
        }),
        served(vxi11.createInterruptChannel, async (args) => ({ error: await this.#createChannel(args) })),
        served(vxi11.destroyInterruptChannel, () => {
          const error = this.#channel === undefined ? channelNotEstablished : none;
          this.#closeChannel();
          return { error: error.number };
        }),
      ]),
    };
  }

  /** The client says no more: whatever waits ends, and nothing waits from now on. */
  hangUp(): void {
    for (const link of this.#links.values()) link.hangUp();
  }

  /** Lets go of links, locks and channel. */
  close(): void {
    this.#isOpen = false;
    for (const lid of this.#links.keys()) this.#options.devices.release(lid);
    this.#links.clear();
    this.#closeChannel();
  }

  async #createLink({ device, lockDevice, lockTimeoutMs }: CreateLink) {
    const { devices, abortPort, maxReceiveBytes, cut } = this.#options;
    const failed = (error: number) => ({ error, lid: 0, abortPort: 0, maxReceiveBytes: 0 });
    if (devices.isFull) return failed(outOfResources.number);
    const made = devices.link(device);
    if (made === undefined) return failed(notAccessible.number);
    const { lid, link } = made;
    this.#links.set(lid, link);
    link.session.cuts.subscribe(cut);
    const error = lockDevice ? await link.lock(vxi11Flags.waitLock, lockTimeoutMs) : none.number;
    if (error === none.number && this.#isOpen) return { error, lid, abortPort, maxReceiveBytes };
    this.#links.delete(lid);
    devices.release(lid);
    return failed(error);
  }

  /** The link of a call, once no other link has the lock. */
  async #permitted({ lid, flags, lockTimeoutMs }: Lockable) {
    const link = this.#links.get(lid);
    if (link === undefined) return { error: invalidLink.number };
    const error = await link.permit(flags, lockTimeoutMs);
    return error === none.number ? { error, link } : { error };
  }

  async #run(call: Lockable, work: (link: Vxi11DeviceLink) => number): Promise<number> {
    const { error, link } = await this.#permitted(call);
    return link === undefined ? error : work(link);
  }

  async #error(call: Lockable, work: (link: Vxi11DeviceLink) => void): Promise<{ readonly error: number }> {
    return {
      error: await this.#run(call, (link) => {
        work(link);
        return none.number;
      }),
    };
  }

  async #createChannel(address: InterruptAddress): Promise<number> {
    const { hostAddress, hostPort, program, version, family } = address;
    const { clock, clientHost, openChannel = openInterruptChannel } = this.#options;
    if (this.#channel !== undefined) return channelExists.number;
    const host = [24, 16, 8, 0].map((shift) => (hostAddress >>> shift) & 0xff).join('.');
    const isKnown = program === VXI11_INTERRUPT.program && version === VXI11_INTERRUPT.version;
    if (!isKnown || host !== clientHost || hostPort < 1 || hostPort > 65_535) return parameter.number;
    const opened = await openChannel({ host, port: hostPort, family }, clock).catch(() => undefined);
    if (opened === undefined) return channelNotEstablished.number;
    this.#channel = opened;
    if (!this.#isOpen) this.#closeChannel();
    return none.number;
  }

  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}
