import { Stryker } from '@stryker-mutator/core';
import { type TestedMutant, toTested } from './mutants.ts';
import type { Suite } from './suites.ts';

/** Each mutant has a worker of its own, which loads compiled code in half the time. */
const COMPILE_CACHE = 'node_modules/.cache/node';

/**
 * Tests the mutants of a suite, from the root of the repository.
 * @param files the files to mutate instead of the suite's
 */
export async function runSuite(suite: Suite, files: readonly string[]): Promise<readonly TestedMutant[]> {
  const root = process.cwd();
  Object.assign(process.env, {
    NODE_COMPILE_CACHE: `${root}/${COMPILE_CACHE}`,
    MUTATION_SUITE: suite.folder,
  });
  const mutate = files.length > 0 ? [...files] : suite.mutate.map((glob) => `${suite.folder}/${glob}`);
  const stryker = new Stryker({ configFile: 'mutation/stryker.config.json', mutate });
  const results = await stryker.runMutationTest();
  return results.map((result) => toTested(result, root));
}
