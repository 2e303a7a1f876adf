/** `npm start [-- options]`: sets up, builds when the sources changed, then becomes `busbar serve [options]`. */
import { fileURLToPath } from 'node:url';
import { build, isStale } from './build.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';

await ensureNpmPackages();
if (isStale() && !(await build())) process.exit(1);

// In this very process: signals, exit code and stdout need nobody to pass them on.
const program = new URL('../dist/cli/busbar.js', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(program), 'serve');
await import(program.href);
