import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram, invalidArgument, runProgram } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import type { Versions } from '@pipeline/testing';
import { renderVersions, type TestedPair } from 'docs/versions';
import manifest from '../package.json' with { type: 'json' };
import { rootFolder } from './support/programs/binaries.ts';
import { runSuites } from './support/versions/run-suites.ts';
import { testedVersions } from './support/versions/suites.ts';

const dataPath = join(rootFolder, 'docs/versions.json');

const nameOf = ({ kafka, postgres }: Versions) => `${kafka}/${postgres}`;

const program = createProgram(
  'versions',
  'Runs the tests that need servers against several versions of Kafka and Postgres, and prints a table.',
  manifest.version,
)
  .argument('[pairs...]', `some of ${testedVersions.map(nameOf).join(', ')}; all by default`, collectPair)
  .option('--update', 'record the results in docs/versions.json')
  .action(async (pairs: readonly Versions[] = testedVersions, { update }: { readonly update?: boolean }) => {
    const results: TestedPair[] = [];
    for (const versions of pairs) {
      results.push(await runSuites(versions));
      if (update) record(results);
    }
    process.stdout.write(`${renderVersions(results)}\n`);
    requireSuccess(results);
  });

function collectPair(name: string, pairs: readonly Versions[] = []): readonly Versions[] {
  const pair = testedVersions.find((one) => nameOf(one) === name);
  if (pair === undefined) throw invalidArgument(`Expected one of ${testedVersions.map(nameOf).join(', ')}.`);
  return [...pairs, pair];
}

/** Keeps the earlier results of other pairs, as long as these are still tested. */
function record(results: readonly TestedPair[]): void {
  const known: readonly TestedPair[] = JSON.parse(readFileSync(dataPath, 'utf8'));
  const pairs = testedVersions.flatMap((versions) => {
    const isOf = ({ kafka, postgres }: TestedPair) =>
      kafka === versions.kafka && postgres.startsWith(`${versions.postgres}.`);
    return results.find(isOf) ?? known.find(isOf) ?? [];
  });
  writeFileSync(dataPath, `${JSON.stringify(pairs, null, 2)}\n`);
}

function requireSuccess(results: readonly TestedPair[]): void {
  const counts = results.flatMap(({ suites }) => Object.values(suites));
  const isSuccess = counts.every(({ passed, failed }) => passed > 0 && failed === 0);
  if (isSuccess) return;
  throw new UserError('tests failed', 'see the messages above', exitCode.checkFailed);
}

await runProgram(program);
