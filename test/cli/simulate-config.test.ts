import { expect } from 'chai';
import { parse } from 'yaml';
import { configLines } from '../../cli/simulate-config.js';
import type { DriverFile } from '../../core/driver-file/driver-file.js';
import { benchPlan } from '../../simulators/bench/bench.plan.js';
import { driverFiles } from '../../station/driver-files.js';

describe('the config that a simulated instrument prints', () => {
  const linesOf = (driver: string, model: string, read = driverFiles.read): readonly string[] => {
    const plan = benchPlan({ instruments: { it: { driver, model } }, servers: [], seed: 1 }, { ...driverFiles, read });
    const planned = plan.get('it');
    return planned === undefined ? [] : configLines(planned, ['TCPIP0::127.0.0.1::5025::SOCKET', 'another']);
  };

  it('is plain, with the other ways to it as comments', () => {
    expect(linesOf('keysight-e36300', 'E36313A').slice(1)).to.deep.equal([
      'managers:',
      '  keysight-e36300:',
      '    kind: psu',
      '    driver: keysight-e36300',
      '    model: E36313A',
      '    resource: TCPIP0::127.0.0.1::5025::SOCKET',
      '    # or: another',
    ]);
  });

  it('is YAML, whatever driver file and model are called', () => {
    const file = driverFiles.read('keithley-2000');
    const other: DriverFile = { ...file, driver: 'mine', models: { '2230': {} } };
    const config: unknown = parse(linesOf('./my files/#1.yaml', '2230', () => other).join('\n'));
    expect(config).to.deep.equal({
      managers: {
        mine: {
          kind: 'instrument',
          driver: './my files/#1.yaml',
          model: '2230',
          resource: 'TCPIP0::127.0.0.1::5025::SOCKET',
        },
      },
    });
  });
});
