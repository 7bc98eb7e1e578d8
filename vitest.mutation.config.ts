import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { suites } from './mutation/src/suites.ts';
import { source, unit } from './vitest.shared.ts';

const folder = process.env['MUTATION_SUITE'];
const tests = suites.find((suite) => suite.folder === folder)?.tests ?? [];

/** A run ends with the first test that fails. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

/** The tests of one suite, in Stryker's copy of the repository. */
export default defineConfig({
  ...source,
  test: {
    ...unit,
    include: tests.map((glob) => `${folder}/${glob}`),
    setupFiles: ['mutation/src/vitest.setup.ts'],
    sequence: { sequencer: SmallFirst },
  },
});
