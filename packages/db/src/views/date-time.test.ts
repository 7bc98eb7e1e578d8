import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateTimePattern } from '@pipeline/schema/testing';
import { expect, test } from 'vitest';
import { migrationsFolder } from '../migrate.ts';

test('a time in a view is what a time in an event is', () => {
  const migration = readFileSync(join(migrationsFolder, '0025_views.sql'), 'utf8');
  const [, parts = ''] = /if written ~ \((.+?)\) then/s.exec(migration) ?? [];
  expect([...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part).join('')).toBe(dateTimePattern);
});
