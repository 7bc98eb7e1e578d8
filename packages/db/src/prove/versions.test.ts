import { expect, test } from 'vitest';
import type { Database } from '../client/connect.ts';
import { readVersions } from './versions.ts';

/** A database whose first statement returns the version of the server, and whose others fail with a SQLSTATE. */
function failingAfterOne(code: string): Database {
  const results = [Promise.resolve([{ postgres: '18.1' }])];
  const run = () => results.shift() ?? Promise.reject(Object.assign(new Error('failed'), { code }));
  return { run } as Partial<Database> as Database;
}

/** A database whose statements return rows by a part of their text. */
function answering(rows: Readonly<Record<string, readonly object[]>>): Database {
  const sql = async (text: TemplateStringsArray) =>
    Object.entries(rows).find(([part]) => text.join('').includes(part))?.[1] ?? [];
  const run = async (statement: (execute: typeof sql) => unknown) => statement(sql);
  return { run } as unknown as Database;
}

test.each<readonly [readonly object[], string | null]>([
  [[{ name: '0027_check_ledger.sql' }], '0027_check_ledger.sql'],
  [[{ name: null }], null],
  [[], null],
])('the newest migration of %j is %j', async (rows, migration) => {
  const database = answering({ server_version: [{ postgres: '18.1' }], schema_migrations: rows });
  expect(await readVersions(database)).toEqual({ postgres: '18.1', migration });
});

test('the newest migration is unknown to a user that may not read the migrations', async () => {
  expect(await readVersions(failingAfterOne('42501'))).toEqual({ postgres: '18.1', migration: null });
});

test('other errors are thrown', async () => {
  await expect(readVersions(failingAfterOne('57P01'))).rejects.toMatchObject({ code: '57P01' });
});
