import { expect } from 'chai';
import { readyLine } from '../../station/ready-line.js';

const listeners = [
  { name: 'online', url: 'tcp://127.0.0.1:5555' },
  { name: 'web', url: 'http://127.0.0.1:8080/' },
  { name: 'web/native', url: 'ws://127.0.0.1:8080/busbar/ws' },
];
const web = (console: boolean) => ({ web: { kind: 'websocket', options: { console } } });

describe('the ready line', () => {
  it('has the address of the console first and bare, then each listener by its name', () => {
    expect(readyLine(listeners, web(true))).to.equal(
      'ready http://127.0.0.1:8080/ online=tcp://127.0.0.1:5555 web=http://127.0.0.1:8080/ web/native=ws://127.0.0.1:8080/busbar/ws',
    );
  });

  it('has no bare address where there is no console', () => {
    expect(readyLine(listeners, web(false))).to.match(/^ready online=tcp/);
  });

  it('is the bare word for a station that listens nowhere', () => {
    expect(readyLine([], {})).to.equal('ready');
  });
});
