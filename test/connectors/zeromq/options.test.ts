import { expect } from 'chai';
import { optionsSchema, readOptions } from '../../../connectors/zeromq/options.js';
import { createCompiler } from '../../../schemas/compiler.js';

const isValid = (publish: string | null) => createCompiler()(optionsSchema)({ publish }).length === 0;

describe('the options of zeromq', () => {
  it('open a publish port and a command port on loopback', () => {
    expect(readOptions({})).to.include({ publish: 'tcp://127.0.0.1:5556', commands: 'tcp://127.0.0.1:5557' });
  });

  const good = [
    'tcp://127.0.0.1:5556',
    'tcp://*:65535',
    'tcp://lab-pc:0',
    'tcp://[::1]:5556',
    'ipc:///run/busbar.ipc',
    null,
  ];
  for (const address of good) {
    it(`take ${address}`, () => {
      expect(isValid(address)).to.equal(true);
    });
  }

  for (const address of [
    '127.0.0.1:5556',
    'tcp://127.0.0.1',
    'tcp://127.0.0.1:99999',
    'udp://127.0.0.1:1',
    'inproc://x',
    '',
  ]) {
    it(`refuse "${address}"`, () => {
      expect(isValid(address)).to.equal(false);
    });
  }
});
