import { connectDatabase } from '@pipeline/db';
import { settingsFor, testStack } from '@pipeline/testing';
import { expect } from 'vitest';
import {
  comparable,
  compareWith,
  countDifferences,
  deploy,
  predictedDifferences,
  readOutcome,
  writeCandidate,
  wrongExamples,
} from '../data/what-if.ts';
import { runApp } from '../programs/programs.ts';
import type { Pipeline } from '../servers/pipeline.ts';

/**
 * Publishes events of the shop, some of them invalid or repeated, and deploys the built-in definition and a candidate
 * on them: every count, every kind of difference and every example must be as `replay --dry-run --events` says.
 * @returns the number of differences that were compared
 */
export async function expectWhatIf(pipeline: Pipeline, count: number): Promise<number> {
  const shares = ['--invalid-ratio', '0.05', '--duplicate-ratio', '0.05', '--rate', '0', '--seed', '23'];
  const published = await runApp('producer', ['--count', `${count}`, ...shares], pipeline.environment);
  expect(published).toMatchObject({ code: 0 });
  const path = await writeCandidate();
  await deploy(pipeline, pipeline.environment['DATABASE_URL'] ?? '', {});
  const comparison = await compareWith(pipeline.environment, path);
  const databaseUrl = await testStack().createDatabase();
  await deploy(pipeline, databaseUrl, { EVENTS: path });
  await using database = connectDatabase(settingsFor(databaseUrl), {
    applicationName: 'e2e',
    connections: 1,
  });
  const [present, candidate] = [await readOutcome(pipeline.database), await readOutcome(database)];
  expect(comparable(comparison.present)).toEqual(comparable(present));
  expect(comparable(comparison.candidate)).toEqual(comparable(candidate));
  expect(predictedDifferences(comparison)).toEqual(countDifferences(present.fates, candidate.fates));
  expect(wrongExamples(comparison, present.fates, candidate.fates)).toEqual([]);
  expect(comparison.unlisted).toBe(0);
  return comparison.differences.length;
}
