import { expect, test } from 'vitest';
import type { Database } from './connect.ts';
import { EventRows } from './event-rows.ts';
import { findInvalidRows } from './find-invalid-rows.ts';

/** A database whose every statement fails with a SQLSTATE. */
function failingWith(code: string): Database {
  const run = () => Promise.reject(Object.assign(new Error('failed'), { code }));
  return { run } as Partial<Database> as Database;
}

test.each([
  ['42883', 'knows no such function, being of version 15'],
  ['54001', 'refuses the question as it refused the rows'],
])('nothing is found where Postgres (%s) %s', async (code) => {
  expect(await findInvalidRows(failingWith(code), new EventRows())).toEqual(new Map());
});

test('what passes, or is to be mended, is not taken for an answer', async () => {
  await expect(findInvalidRows(failingWith('57P01'), new EventRows())).rejects.toMatchObject({
    code: '57P01',
  });
  await expect(findInvalidRows(failingWith('42501'), new EventRows())).rejects.toMatchObject({
    code: '42501',
  });
});
