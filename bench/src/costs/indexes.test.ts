import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexes } from './indexes.ts';

test('the cost of every index of docs/tables.md is measured', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/tables.md'), 'utf8');
  const suggested = page.match(/(?<=^\| `)create index [^`]+/gm);
  expect(suggested).toEqual(indexes);
});
