import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgresBinaries } from '@pipeline/servers';
import { type Versions, versionVariables } from '@pipeline/testing';
import type { TestedPair } from 'docs/versions';
import { rootFolder } from '../programs/binaries.ts';
import { countTests, type TestReport } from './report.ts';
import { suites } from './suites.ts';

/**
 * Runs all suites against local servers of two versions; the tests' output goes to stderr.
 * @throws UserError if that Postgres is not installed; Error if there is no report
 */
export async function runSuites(versions: Versions): Promise<TestedPair> {
  const postgres = await queryExactVersion(versions.postgres);
  const report = await runTests(versions);
  const counts = Object.entries(suites).map(([name, starts]) => [
    name,
    countTests(report, rootFolder, starts),
  ]);
  const testedOn = new Date().toISOString().slice(0, 10);
  return { kafka: versions.kafka, postgres, testedOn, suites: Object.fromEntries(counts) };
}

/** `postgres --version` prints `postgres (PostgreSQL) 15.18`. */
async function queryExactVersion(major: string): Promise<string> {
  const { postgres } = await findPostgresBinaries(major);
  const { stdout } = await promisify(execFile)(postgres, ['--version']);
  return stdout.trim().split(' ').at(-1) ?? major;
}

async function runTests({ kafka, postgres }: Versions): Promise<TestReport> {
  const folder = await mkdtemp(join(tmpdir(), 'versions-'));
  const reportPath = join(folder, 'report.json');
  const variables = { [versionVariables.kafka]: kafka, [versionVariables.postgres]: postgres };
  const words = ['run', '--root', rootFolder, '--project', 'servers', `--outputFile.json=${reportPath}`];
  const tests = spawn('vitest', [...words, ...Object.values(suites).flat()], {
    env: { ...process.env, PIPELINE_TEST_SERVERS: 'local', ...variables },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  await once(tests, 'exit');
  try {
    return JSON.parse(await readFile(reportPath, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
