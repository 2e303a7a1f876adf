import { cpus } from 'node:os';
import { fanOut } from './cases/fan-out.js';
import { hostile } from './cases/hostile.js';
import { http } from './cases/http.js';
import { latency } from './cases/latency.js';
import { monitoring } from './cases/monitoring.js';
import { polling } from './cases/polling.js';
import { replug } from './cases/replug.js';
import { startUp } from './cases/start-up.js';
import { steadyReadings } from './cases/steady-readings.js';
import { stuckReaders } from './cases/stuck-readers.js';
import { throughput } from './cases/throughput.js';
import { printTable, type Figure } from './table.js';

const SHORT_IDLE_MINUTES = 0.25;
const LONG_IDLE_MINUTES = 10;
const FEW_REPLUGS = 25;
const MANY_REPLUGS = 1_000;

/** `npm run bench [-- case ...]`; `idle` takes the full ten minutes of the idle figure, `soak` twenty for all its cycles. */
const cases: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  latency,
  throughput,
  'fan-out': fanOut,
  steady: steadyReadings,
  stuck: stuckReaders,
  hostile,
  polling,
  monitoring,
  http,
  replug: () => replug(FEW_REPLUGS),
  soak: () => replug(MANY_REPLUGS),
  start: () => startUp(SHORT_IDLE_MINUTES),
  idle: () => startUp(LONG_IDLE_MINUTES),
};

/** Only when asked for by name. */
const isLong = (name: string): boolean => name === 'idle' || name === 'soak';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(cases, name));
if (unknown.length > 0) {
  console.error(`no such case: ${unknown.join(', ')}; there are: ${Object.keys(cases).join(', ')}`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, run] of Object.entries(cases)) {
  if (asked.length === 0 ? isLong(name) : !asked.includes(name)) continue;
  console.error(`${name} ...`);
  figures.push(...(await run()));
}
console.log(`Node.js ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}\n`);
console.log(printTable(figures));
// Figures that are missed are shown, not hidden; whether they fail a build is for whoever reads the table.
process.exit(0);
