import { beforeEach, expect, inject, test } from 'vitest';
import { migrate } from '../migrate.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { pausePartitions, readPauses, resumePartitions } from './pauses.ts';

const at = (partition: number, topic = 'events') => ({ topic, partition });
const because = { by: 'operator', reason: 'a "faulty" producer' };

let fresh: FreshDatabase;

/** A database with the ledgers of three partitions. */
beforeEach(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
  const writer = createWriter(fresh.database, (statement) => statement());
  for (const one of [at(0), at(1), at(0, 'orders')]) await writer.open(one, 0n);
  return () => fresh[Symbol.asyncDispose]();
});

test('partitions are paused with user, reason and time, until they are resumed', async () => {
  const { database } = fresh;
  const all = [at(0, 'orders'), at(1)];
  expect(await pausePartitions(database, all, because)).toEqual([
    { ...at(1), result: 'changed' },
    { ...at(0, 'orders'), result: 'changed' },
  ]);
  const pausedAt = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(await readPauses(database, ['events'])).toEqual([{ ...at(1), ...because, pausedAt }]);
  expect(await readPauses(database, ['events', 'orders'])).toHaveLength(2);
  expect(await resumePartitions(database, [at(0), at(1)])).toEqual([
    { ...at(0), result: 'unchanged' },
    { ...at(1), result: 'changed' },
  ]);
  expect(await readPauses(database, ['events'])).toEqual([]);
});

test('a second pause of a partition changes nothing', async () => {
  const { database } = fresh;
  await pausePartitions(database, [at(0)], because);
  expect(await pausePartitions(database, [at(0), at(0)], { by: 'another', reason: '' })).toEqual([
    { ...at(0), result: 'unchanged' },
  ]);
  expect(await readPauses(database, ['events'])).toMatchObject([because]);
});

test('an unknown partition is reported, and no other is changed', async () => {
  const { database } = fresh;
  const results = [
    { ...at(0), result: 'unchanged' },
    { ...at(9), result: 'unknown' },
  ];
  expect(await pausePartitions(database, [at(0), at(9)], because)).toEqual(results);
  expect(await readPauses(database, ['events'])).toEqual([]);
  await pausePartitions(database, [at(0)], because);
  expect(await resumePartitions(database, [at(9), at(0)])).toEqual(results);
  expect(await readPauses(database, ['events'])).toHaveLength(1);
});

test('migrating again keeps pauses', async () => {
  await pausePartitions(fresh.database, [at(0)], because);
  expect(await migrate(fresh.settings)).toEqual([]);
  expect(await readPauses(fresh.database, ['events'])).toHaveLength(1);
});
