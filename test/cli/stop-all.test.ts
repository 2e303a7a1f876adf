import { expect } from 'chai';
import { CliError } from '../../cli/exit.js';
import type { Session } from '../../cli/session.js';
import { stopAll } from '../../cli/stop-all.js';
import { FakeStation } from '../core/native/fake-station.js';
import { fakeSession, PrintedLines, reply } from './support.js';

describe('busbar stop-all', () => {
  let station: FakeStation;
  let session: Session;
  let lines: PrintedLines;

  beforeEach(() => {
    station = new FakeStation();
    session = fakeSession(station);
    lines = new PrintedLines();
  });

  afterEach(() => {
    session.client.stop();
  });

  it('prints what became of each manager', async () => {
    const done = stopAll(session, lines);
    reply(station, { isSafe: true, managers: { hv: 'safe', detector: 'safe' } });
    await done;
    expect(lines.printed).to.deep.equal(['hv        safe', 'detector  safe']);
  });

  it('is refused, with the names, when a manager is not safe', async () => {
    const done = stopAll(session, lines).catch((thrown: unknown) => thrown);
    reply(station, { isSafe: false, managers: { hv: 'TIMEOUT: no answer', gun: 'safe' } });
    const thrown = await done;
    expect(thrown).to.be.instanceOf(CliError).and.to.include({ exitCode: 1 });
    expect(thrown).to.have.property('message', 'NOT everything is safe: look at hv');
  });

  it('prints the reason of a manager that is not safe', async () => {
    const done = stopAll(session, lines).catch((thrown: unknown) => thrown);
    reply(station, { isSafe: false, managers: { hv: 'TIMEOUT: no answer' } });
    await done;
    expect(lines.printed).to.deep.equal(['hv  TIMEOUT: no answer']);
  });

  it('does not call safe what does not say so', async () => {
    const done = stopAll(session, lines).catch((thrown: unknown) => thrown);
    reply(station, {});
    expect(await done).to.be.instanceOf(CliError);
  });
});
