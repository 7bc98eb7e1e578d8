import { matchesGlob, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { suites } from './mutation/src/suites.ts';
import { source, unit } from './vitest.shared.ts';

const folder = process.env['MUTATION_SUITE'];
const tests = suites.find((suite) => suite.folder === folder)?.tests ?? [];
const include = tests.map((glob) => `${folder}/${glob}`);

/** A run ends with the first test that fails. */
class FastFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      include.findIndex((glob) => matchesGlob(relative(this.ctx.config.root, moduleId), glob));
    return (await super.sort(files)).reverse().sort((a, b) => place(a) - place(b));
  }
}

/** The tests of one suite, in Stryker's copy of the repository. */
export default defineConfig({
  ...source,
  test: {
    ...unit,
    include,
    setupFiles: ['mutation/src/vitest.setup.ts'],
    sequence: { sequencer: FastFirst },
  },
});
