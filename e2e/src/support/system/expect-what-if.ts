import { connectDatabase, type Database } from '@pipeline/db';
import { settingsFor, testStack } from '@pipeline/testing';
import { expect } from 'vitest';
import {
  comparable,
  compareWith,
  countDifferences,
  createMappedRecords,
  deploy,
  differingColumns,
  predictedColumns,
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
  await using database = open(databaseUrl);
  const [present, candidate] = [await readOutcome(pipeline.database), await readOutcome(database)];
  expect(comparable(comparison.present)).toEqual(comparable(present));
  expect(comparable(comparison.candidate)).toEqual(comparable(candidate));
  expect(predictedDifferences(comparison)).toEqual(countDifferences(present.fates, candidate.fates));
  expect(wrongExamples(comparison, present.fates, candidate.fates)).toEqual([]);
  expect(comparison.unlisted).toBe(0);
  return comparison.differences.length;
}

/**
 * Deploys two mappings with the same id rule on records in partition 0: exactly the columns that a comparison names
 * must differ in the rows of each record, and no column in those of the others.
 * @param paths of the present definition and the candidate
 * @returns the sets of columns that differ
 */
export async function expectColumns(
  pipeline: Pipeline,
  [present, candidate]: readonly [present: string, candidate: string],
): Promise<ReadonlySet<string>> {
  const records = createMappedRecords();
  await pipeline.publish(records);
  const stack = testStack();
  const urls = [await stack.createDatabase(), await stack.createDatabase()] as const;
  await deploy(pipeline, urls[0], { EVENTS: present });
  await deploy(pipeline, urls[1], { EVENTS: candidate });
  const environment = { ...pipeline.environment, DATABASE_URL: urls[0], EVENTS: present };
  const predicted = predictedColumns(await compareWith(environment, candidate), records.length);
  await using before = open(urls[0]);
  await using after = open(urls[1]);
  const stored = await differingColumns(before, after);
  const ids = records.map(({ value }) => JSON.parse(String(value)).event_id);
  expect(predicted).toEqual(ids.map((id) => stored.get(id)));
  return new Set(predicted.map(String));
}

function open(databaseUrl: string): Database {
  return connectDatabase(settingsFor(databaseUrl), { applicationName: 'e2e', connections: 1 });
}
