import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { channelDataFamilies } from '../../../connectors/metrics/channel-data-families.js';
import type { Family } from '../../../connectors/metrics/family.js';
import { linkFamilies } from '../../../connectors/metrics/link-families.js';
import { managerFamilies } from '../../../connectors/metrics/manager-families.js';
import { psuFamilies } from '../../../connectors/metrics/psu-families.js';
import { readingFamilies } from '../../../connectors/metrics/reading-families.js';
import { stationFamilies } from '../../../connectors/metrics/station-families.js';
import { Tally } from '../../../connectors/metrics/tally.js';
import { Bus } from '../../../core/bus.js';
import { FakeClock } from '../../support/fake-clock.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/guide/metrics.md'), 'utf8');

describe('the page about metrics', () => {
  let clock: FakeClock;
  let families: readonly Family[];
  beforeEach(() => {
    clock = new FakeClock();
    const tally = new Tally(new Bus({ clock }));
    families = [
      ...managerFamilies([], tally, { name: 'lab', version: '1' }),
      ...readingFamilies([], 0),
      ...linkFamilies([]),
      ...stationFamilies(() => undefined),
      ...psuFamilies([], tally, []),
      ...channelDataFamilies([]),
    ];
    tally.close();
  });
  afterEach(() => {
    clock.uninstall();
  });

  it('has every family by its type, and no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z0-9_]+)` \| (\w+) \|/gm)].map(([, name = '', type = '']) => [name, type]);
    const typed = families.filter(({ type }) => type !== 'untyped').map(({ name, type }) => [name, type]);
    expect(Object.fromEntries(rows)).to.deep.equal(Object.fromEntries(typed));
    expect(rows).to.have.length(typed.length);
  });

  it('has those that json_exporter made', () => {
    for (const { name } of families.filter(({ type }) => type === 'untyped')) expect(page).to.contain(`\`${name}\``);
  });
});
