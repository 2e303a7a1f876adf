import { expect } from 'chai';
import { complete } from '../../cli/completion.js';

const subcommands = [
  { name: 'find', options: ['--port', '--portmapper', '--json'] },
  { name: 'simulate', options: ['--port'] },
];
const noStation = (): Promise<never> => Promise.reject(new Error('no station is asked'));
const words = (...typed: readonly string[]): Promise<readonly string[]> => complete(typed, subcommands, noStation);

describe('the completion of a command line', () => {
  it('has the subcommands that begin so', async () => {
    expect(await words('')).to.deep.equal(['find', 'simulate']);
    expect(await words('f')).to.deep.equal(['find']);
  });

  it('has the options of the subcommand, behind whatever was typed', async () => {
    expect(await words('find', '10.0.0.5', '--port')).to.deep.equal(['--port', '--portmapper']);
    expect(await words('nonsense', '-')).to.deep.equal([]);
  });

  it('has the shipped driver files', async () => {
    expect(await words('simulate', 'keysight-')).to.include('keysight-e36300');
    expect(await words('simulate', 'keysight-e36300', '')).to.deep.equal([]);
  });

  it('has no address of an instrument: who wants them asks busbar find', async () => {
    expect(await words('find', '')).to.deep.equal([]);
  });
});
