import type { Duplex } from 'node:stream';
import type { Clock } from '../../../../core/clock.js';
import type { RpcProcedure } from '../../../../core/wire/onc-rpc.js';
import { VXI11_ABORT, VXI11_CORE, abortCall, vxi11 } from '../../../../core/wire/vxi11.js';
import { vxi11Flags } from '../../../../core/wire/vxi11-words.js';
import { RpcClient } from '../../../../managers/links/vxi11/rpc-client.js';
import { settled } from './vxi11-in-memory.js';

const NEVER_MS = 1e9;

/** A client that says exactly what a test wants said: numbers in, numbers and text out. */
export class Vxi11TestClient {
  readonly rpc: RpcClient;

  constructor(stream: Duplex, clock: Clock, program: { program: number; version: number } = VXI11_CORE) {
    this.rpc = new RpcClient({ stream, name: 'server', program, clock, maxRecordBytes: 2 ** 22 });
  }

  async call<Args, Result>(procedure: RpcProcedure<Args, Result>, args: Args): Promise<Result> {
    const asked = this.rpc.call(procedure, args, NEVER_MS);
    asked.catch(() => undefined);
    await settled();
    return asked;
  }

  link(device = 'inst0', lockDevice = false, lockTimeoutMs = 0) {
    return this.call(vxi11.createLink, { clientId: 1, lockDevice, lockTimeoutMs, device });
  }

  async lid(device = 'inst0'): Promise<number> {
    return (await this.link(device)).lid;
  }

  write(lid: number, text: string, flags: number = vxi11Flags.end, lockTimeoutMs = 0) {
    const data = Uint8Array.from(Buffer.from(text, 'latin1'));
    return this.call(vxi11.write, { lid, ioTimeoutMs: 2_000, lockTimeoutMs, flags, data });
  }

  async read(
    lid: number,
    { requestBytes = 65_536, ioTimeoutMs = 2_000, lockTimeoutMs = 0, flags = 0, terminator = 0 } = {},
  ) {
    const args = { lid, requestBytes, ioTimeoutMs, lockTimeoutMs, flags, terminator };
    const { error, reason, data } = await this.call(vxi11.read, args);
    return { error, reason, text: Buffer.from(data).toString('latin1') };
  }

  async error(
    name: 'readStatusByte' | 'trigger' | 'clear' | 'remote' | 'local',
    lid: number,
    flags = 0,
    lockTimeoutMs = 0,
  ): Promise<number> {
    const args = { lid, flags, lockTimeoutMs, ioTimeoutMs: 2_000 };
    const { error } =
      name === 'readStatusByte' ? await this.call(vxi11[name], args) : await this.call(vxi11[name], args);
    return error;
  }

  async lock(lid: number, flags = 0, lockTimeoutMs = 0): Promise<number> {
    return (await this.call(vxi11.lock, { lid, flags, lockTimeoutMs })).error;
  }

  async unlock(lid: number): Promise<number> {
    return (await this.call(vxi11.unlock, { lid })).error;
  }
}

/** The abort channel. */
export const abortOver = async (stream: Duplex, clock: Clock, lid: number): Promise<number> =>
  (await new Vxi11TestClient(stream, clock, VXI11_ABORT).call(abortCall, { lid })).error;
