import { reasons } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { migrationsFolder, readMigrations } from '../migrate.ts';

test('the check constraint of dlq_events lists exactly the reasons of schema', () => {
  const text = readMigrations(migrationsFolder)
    .map(({ sql }) => sql)
    .join('\n');
  const lists = [...text.matchAll(/check \(reason in \(([^)]+)\)/g)].map(([, list = '']) => list);
  expect(lists.at(-1)?.match(/\w+/g)).toEqual(reasons);
});
