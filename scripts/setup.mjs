/** Everything that start, check and the tests need: `node scripts/setup.mjs`. `npm start` and `npm test` do it themselves. */
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { say } from './run.mjs';

await ensureNpmPackages();
const missing = await ensureDebianPackages();
for (const { name, tests } of missing) say(`missing Debian package ${name}: cannot run ${tests.join(' ')}`);
if (missing.length > 0 && process.env.CI === 'true') process.exitCode = 1;
