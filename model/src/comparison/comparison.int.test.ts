import { isNightly, testStack } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { compareSeeds } from './run.ts';

const { createDatabase } = testStack();

test('what 50 simulated seeds do with the database has the same results in Postgres', async () => {
  const comparisons = await compareSeeds(createDatabase, 1, 50);
  expect(comparisons.filter(({ difference }) => difference !== undefined)).toEqual([]);
  expect(comparisons).toHaveLength(50);
});

test.runIf(isNightly)(
  '200 more simulated seeds have the same results in Postgres',
  {
    tags: 'long',
    timeout: 600_000,
  },
  async () => {
    const comparisons = await compareSeeds(createDatabase, 51, 200);
    expect(comparisons.filter(({ difference }) => difference !== undefined)).toEqual([]);
    const kinds = new Set(comparisons.flatMap((one) => [...one.kinds]));
    // Otherwise the seeds would prove less than they seem to.
    for (const kind of everyKind) expect(kinds).toContain(kind);
  },
);

const everyKind = [
  'openAsBefore: nothing',
  'open: done',
  'rewind: done',
  'write plain: done',
  'write plain: moved',
  'write plain: 22P05',
  'write plain: 23505',
  'write plain: 23514',
  'write plain: 42501',
  'write tolerant: done',
  'write tolerant: moved',
  'write tolerant: 22P05',
  'write tolerant: 23514',
  'write tolerant: 42501',
  'write tolerant: ConflictingEventError',
  'write copy: done',
  'write copy: moved',
  'write copy: 22P05',
  'write copy: 23505',
  'write copy: 23514',
  'write copy: 40001',
  'write copy: 42501',
  'write copy-new: done',
  'write copy-new: moved',
  'write copy-new: 22P05',
  'write copy-new: 23514',
  'write copy-new: 40001',
  'write copy-new: ConflictingEventError',
  'findDeadLettered: done',
  'findInvalidRows: done',
  'findConflicts: done',
  'purge: nothing',
  'restore: nothing',
];
