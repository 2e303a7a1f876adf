import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Answers as an E36313A that has 1 everywhere. */
const PROGRAM = `
const { createServer } = require('node:net');
const answers = { '*IDN?': 'Keysight Technologies,E36313A,MY1,1.0', 'SYST:ERR?': '+0,"No error"', '*ESR?': '0' };
createServer((peer) => {
  let unread = '';
  peer.on('error', () => {}).on('data', (chunk) => {
    const lines = (unread + chunk).split('\\n');
    unread = lines.pop();
    for (const line of lines) if (line.includes('?')) peer.write((answers[line] ?? '1') + '\\n');
  });
}).listen({ host: '127.0.0.1', port: 0, backlog: 1 }, function () { console.log(this.address().port); });
`;
/** More than the backlog takes: from then on the system drops what asks for a connection. */
const FILLING = 3;

/** An instrument whose cable is pulled: its connections stay open and dead, requests for new ones are lost on the way. */
export class VanishingInstrument {
  readonly #process: ChildProcess;
  #port = 0;
  #filling: readonly Socket[] = [];

  constructor() {
    this.#process = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  get resource(): string {
    return `TCPIP0::127.0.0.1::${this.#port}::SOCKET`;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<this> {
    const { stdout } = this.#process;
    if (stdout !== null) this.#port = Number(String(await once(stdout, 'data')));
    return this;
  }

  vanish(): void {
    this.#process.kill('SIGSTOP');
    const options = { host: '127.0.0.1', port: this.#port };
    this.#filling = Array.from({ length: FILLING }, () => connect(options).on('error', () => undefined));
  }

  comeBack(): void {
    this.#process.kill('SIGCONT');
    for (const socket of this.#filling) socket.destroy();
  }

  async stop(): Promise<void> {
    this.comeBack();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
