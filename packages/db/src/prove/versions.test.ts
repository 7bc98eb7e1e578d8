import { expect, test } from 'vitest';
import type { Database } from '../client/connect.ts';
import { readVersions } from './versions.ts';

/** A database whose first statement returns the version of the server, and whose others fail with a SQLSTATE. */
function failingAfterOne(code: string): Database {
  const results = [Promise.resolve([{ postgres: '18.1' }])];
  const run = () => results.shift() ?? Promise.reject(Object.assign(new Error('failed'), { code }));
  return { run } as Partial<Database> as Database;
}

test('the newest migration is unknown to a user that may not read the migrations', async () => {
  expect(await readVersions(failingAfterOne('42501'))).toEqual({ postgres: '18.1', migration: null });
});

test('other errors are thrown', async () => {
  await expect(readVersions(failingAfterOne('57P01'))).rejects.toMatchObject({ code: '57P01' });
});
