import { expect } from 'chai';
import { startAudit } from '../../../station/state/audit.js';
import { systemClock } from '../../../station/system-clock.js';
import { configOf, fakeStation } from '../support.js';

describe('the audit', () => {
  let run: ReturnType<typeof fakeStation>;
  let lines: string[];

  beforeEach(async () => {
    run = fakeStation(configOf({ managers: { hv: {} } }), systemClock);
    lines = [];
    startAudit(run.bus, (line) => lines.push(line));
    await run.station.start();
  });

  afterEach(async () => {
    await run.station.stop();
  });

  const after = async (manager: string, command: string, values = {}) => {
    const before = run.answers().length;
    run.send(manager, command, values);
    while (run.answers().length === before) await new Promise(setImmediate);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('has who changed what, and with what result', async () => {
    const [line] = await after('hv', 'makeSafe');
    expect(line).to.deep.include({
      manager: 'hv',
      command: 'makeSafe',
      by: { connector: 'test', peer: '1' },
      result: 'done',
    });
  });

  it('leaves reads out', async () => {
    expect(await after('station', 'info')).to.deep.equal([]);
  });

  it('leaves out what was never tried', async () => {
    expect(await after('hv', 'nonsense')).to.deep.equal([]);
  });

  it('has each manager that stopAll made safe, and stopAll itself', async () => {
    const found = await after('station', 'stopAll');
    expect(found.map(({ manager, command }) => `${String(manager)} ${String(command)}`)).to.include('hv makeSafe');
  });
});
