import { expect } from 'chai';
import { notPlain } from '../../../core/plain-data.js';
import { LinkStatistics } from '../../../managers/links/link-statistics.js';
import { RequestLine } from '../../../managers/links/request-line.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { createStationDriver } from '../../../station/manager/create-station-driver.js';
import { stationManager } from '../../../station/manager/station.manager.js';
import { RecentHistory } from '../../../services/recent/recent-history.js';
import { LogRing } from '../../../station/log/log-ring.js';
import { systemClock } from '../../../station/system-clock.js';
import { settings } from '../support.js';

const reports = () => {
  const open = new LinkStatistics('GPIB0::4::INSTR');
  open.answered(3);
  const away = new LinkStatistics('TCPIP0::psu1::5025::SOCKET');
  away.failed('psu1:5025 cannot be reached');
  return [open.report(new RequestLine('adapter', systemClock)), away.report(undefined)];
};

const driver = createStationDriver({
  clock: systemClock,
  memory: () => ({ rssBytes: 0, heapUsedBytes: 0 }),
  history: new RecentHistory(settings.history),
  logRing: new LogRing(1),
  lagMs: () => 0,
  unhandledRejections: () => 0,
  managers: () => [],
  kindOf: () => 'unknown',
  peers: () => [],
  links: { reports },
  actions: {
    info: () => ({}),
    reload: () => Promise.resolve({}),
    makeAllSafe: () => Promise.resolve({}),
  },
});

describe('the parameter links of a station', () => {
  it('has what its schema says, as plain data', () => {
    const schema = stationManager.definition.parameters['links']?.schema ?? { not: {} };
    expect(createCompiler()(schema)(driver.links())).to.deep.equal([]);
    expect(notPlain(driver.links())).to.equal(undefined);
  });

  it('has what waits on each bus, and why an instrument is away', () => {
    expect(driver.links()).to.have.nested.property('[0]').that.includes({ bus: 'adapter', isOpen: true, waiting: 0 });
    expect(driver.links())
      .to.have.nested.property('[1]')
      .that.includes({ isOpen: false, lastProblem: 'psu1:5025 cannot be reached' });
  });
});
