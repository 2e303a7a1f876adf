/** Mocha's `spec` reporter, which also writes the counts to the file named by BUSBAR_TEST_COUNTS. */
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures } = runner.stats;
      writeFileSync(process.env.BUSBAR_TEST_COUNTS, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}
