import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { silentLog } from '../../core/log.js';
import { TcpPort } from '../../simulators/servers/tcp-port.js';

const portOn = (host: string): TcpPort =>
  new TcpPort({ host, port: 0, maxConnections: 1, log: silentLog, onConnection: (socket) => void socket.destroy() });

describe('the TCP port of a simulated instrument', () => {
  it('is closed when it was stopped while it was being opened', async () => {
    const port = portOn('localhost');
    const [bound] = await Promise.all([port.start(), port.stop()]);
    const client = connect({ host: 'localhost', port: bound });
    const error: unknown = await once(client, 'close').catch((thrown: unknown) => thrown);
    await port.stop();
    expect(error).to.have.property('code', 'ECONNREFUSED');
  });

  it('says what is wrong with the name of a host', async () => {
    const problem = await portOn('nobody.invalid')
      .start()
      .catch((thrown: unknown) => thrown);
    expect(problem)
      .to.have.property('message')
      .that.matches(/cannot listen on nobody\.invalid:0: nobody knows this host/);
  });
});
