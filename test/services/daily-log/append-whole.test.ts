import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { appendWhole } from '../../../services/daily-log/append-whole.js';
import { openNodeFile } from '../../../services/daily-log/node-files.js';
import { MemoryDisk } from './memory-disk.js';

const header = 'timestamp\tHV\n';
const line = '07:41:51.090934\t500.7\n';

const reasonOf = (promise: Promise<void>): Promise<string> =>
  promise.then(
    () => 'written',
    (thrown: unknown) => String(thrown),
  );

describe('appendWhole', () => {
  let disk: MemoryDisk;

  const append = (lines = line) => appendWhole(disk.open, 'log', { header, lines });

  beforeEach(() => {
    disk = new MemoryDisk();
  });

  afterEach(() => {
    expect(disk.openFiles).to.equal(0);
  });

  it('begins a new file with the header', async () => {
    await append();
    expect(disk.text('log')).to.equal(header + line);
  });

  it('goes on in a file that is there', async () => {
    await append();
    await append();
    expect(disk.text('log')).to.equal(header + line + line);
  });

  it('gives an empty file its header', async () => {
    disk.files.set('log', '');
    await append();
    expect(disk.text('log')).to.equal(header + line);
  });

  it('removes the record that a crash has torn', async () => {
    disk.files.set('log', `${header}${line}07:41:5`);
    await append();
    expect(disk.text('log')).to.equal(header + line + line);
  });

  it('begins anew when the header itself is torn', async () => {
    disk.files.set('log', 'timest');
    await append();
    expect(disk.text('log')).to.equal(header + line);
  });

  it('touches no file that is none of its own', async () => {
    const foreign = 'x'.repeat(1_000);
    disk.files.set('log', foreign);
    expect(await reasonOf(append())).to.contain('move it away');
    expect(disk.text('log')).to.equal(foreign);
  });

  it('takes back what the disk had no room for', async () => {
    await append();
    disk.room = 10;
    expect(await reasonOf(append())).to.contain('ENOSPC');
    expect(disk.text('log')).to.equal(header + line);
  });

  it('leaves whole lines alone, wherever the disk runs full', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 20 }), async (rooms) => {
        const full = new MemoryDisk();
        for (const room of rooms) {
          full.room = room;
          await reasonOf(appendWhole(full.open, 'log', { header, lines: line }));
          const text = full.text('log');
          expect(
            text === '' || (text.startsWith(header) && text.slice(header.length).replaceAll(line, '') === ''),
          ).to.equal(true);
        }
      }),
    );
  });
});

describe('appendWhole on a real disk', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'busbar-log-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('makes the directories that are missing', async () => {
    const path = join(directory, 'data', 'HV', '26-01-05.tsv');
    await appendWhole(openNodeFile, path, { header, lines: line });
    await appendWhole(openNodeFile, path, { header, lines: line });
    expect(await readFile(path, 'utf8')).to.equal(header + line + line);
  });

  it('removes a torn record', async () => {
    const path = join(directory, 'log');
    await writeFile(path, `${header}${line}07:4`);
    await appendWhole(openNodeFile, path, { header, lines: line });
    expect(await readFile(path, 'utf8')).to.equal(header + line + line);
  });

  it('says what the system says', async () => {
    await writeFile(join(directory, 'data'), 'a file where a directory should be');
    const reason = await reasonOf(appendWhole(openNodeFile, join(directory, 'data', 'log'), { header, lines: line }));
    expect(reason).to.contain('ENOTDIR');
  });
});
