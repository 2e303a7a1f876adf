import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SupplyLab } from '../../support/lab.js';
import { NativeLab, type FakePeer } from './native-lab.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/protocols/native.md'), 'utf8');
const conversations = [...page.matchAll(/```conversation\n(.*?)```/gs)].map(([, text = '']) => text.trim().split('\n'));

/** The value with `…` wherever the page leaves something out. */
const asShown = (value: unknown, shown: unknown): unknown => {
  if (shown === '…') return shown;
  if (Array.isArray(value) && Array.isArray(shown)) return value.map((item, index) => asShown(item, shown[index]));
  if (!isRecord(value) || !isRecord(shown)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asShown(item, shown[key])]));
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('the page about the native protocol', () => {
  let supply: SupplyLab;
  let peer: FakePeer;
  beforeEach(async () => {
    supply = new SupplyLab();
    await supply.start();
    peer = new NativeLab({ clock: supply.clock, bus: supply.bus }).join();
  });
  afterEach(async () => {
    const stopped = supply.manager.stop();
    await supply.clock.pass(2_000);
    await stopped;
    await supply.close();
  });

  it('shows one conversation as it really goes', async () => {
    expect(conversations.length).to.be.greaterThan(7);
    for (const lines of conversations) {
      const before = peer.frames.length;
      for (const line of lines.filter((text) => text.startsWith('-> '))) {
        peer.sendText(line.slice(3));
        await supply.clock.pass(0);
      }
      const shown = lines.filter((text) => text.startsWith('<- ')).map((text): unknown => JSON.parse(text.slice(3)));
      const heard = peer.frames.slice(before).map((frame, index) => asShown(frame, shown[index]));
      expect(heard).to.deep.equal(shown);
    }
  });
});
