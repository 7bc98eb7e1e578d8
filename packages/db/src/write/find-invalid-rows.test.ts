import { expect, test } from 'vitest';
import type { Database } from '../client/connect.ts';
import { findInvalidRows } from './find-invalid-rows.ts';

/** A database whose every statement fails with a SQLSTATE. */
function failingWith(code: string): Database {
  const run = () => Promise.reject(Object.assign(new Error('failed'), { code }));
  return { run } as Partial<Database> as Database;
}

test.each([
  ['42883', 'lacks the function, as before version 16'],
  ['54001', 'rejects the query like the rows'],
])('no row is reported if Postgres (%s) %s', async (code) => {
  expect(await findInvalidRows(failingWith(code), [])).toEqual(new Map());
});

test('transient and permanent errors of the query are thrown', async () => {
  await expect(findInvalidRows(failingWith('57P01'), [])).rejects.toMatchObject({
    code: '57P01',
  });
  await expect(findInvalidRows(failingWith('42501'), [])).rejects.toMatchObject({
    code: '42501',
  });
});
