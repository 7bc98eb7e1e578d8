import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOutdated, findProblems, type Survivor, suiteOf, summarize } from './figures.ts';
import type { TestedMutant } from './mutants.ts';
import { runSuite } from './run-suite.ts';
import { suites } from './suites.ts';

/**
 * Runs the mutants of all suites, or of the files that are arguments, and prints their figures. Exits with 1
 * if a score is below its limit, or a survivor has no reason in `survivors.json`.
 */
const root = join(import.meta.dirname, '../..');
const accepted: readonly Survivor[] = JSON.parse(readFileSync(join(root, 'mutation/survivors.json'), 'utf8'));
const files = process.argv.slice(2).filter((argument) => argument !== '--');
const tested: TestedMutant[] = [];

process.chdir(root);
for (const suite of suites) {
  const own = files.filter((file) => suiteOf({ file }) === suite);
  if (files.length > 0 && own.length === 0) continue;
  console.error(`${suite.folder} …`);
  const results = await runSuite(suite, own);
  // At once, because a whole run takes more than an hour, and may be ended.
  report(suite.folder, results);
  tested.push(...results);
}

const groups = [...Map.groupBy(tested, (mutant) => suiteOf(mutant).folder), ['total', tested] as const];
console.table(Object.fromEntries(groups.map(([name, own]) => [name, summarize(own)])));

/** Prints the figures of a suite, its problems, and the accepted survivors that no longer survive. */
function report(folder: string, results: readonly TestedMutant[]): void {
  console.table({ [folder]: summarize(results) });
  for (const { file, original, replacement } of findOutdated(results, accepted))
    console.error(`${file}: no longer survives, remove it from survivors.json: ${original} → ${replacement}`);
  for (const problem of findProblems(results, accepted)) {
    console.error(problem);
    process.exitCode = 1;
  }
}
