import type { Database } from '@pipeline/db';
import { expect, test } from 'vitest';
import { createDeadLetterApi, type DeadLetterParts } from './dead-letters.ts';

const api = createDeadLetterApi({ isReadOnly: true } as DeadLetterParts);

test.each(['/0', '/abc', '/1x', '/99999999999999999999'])('dead letter %s does not exist', async (path) => {
  const response = await api.request(path);
  expect([response.status, await response.json()]).toEqual([404, { error: 'no such dead letter' }]);
});

test.each(['/redrive', '/discard'])('a read-only server rejects %s', async (path) => {
  const response = await api.request(path, { method: 'POST' });
  expect([response.status, await response.json()]).toEqual([
    403,
    { error: expect.stringContaining('read-only') },
  ]);
});

const post = (parts: Partial<DeadLetterParts>, body: object) =>
  createDeadLetterApi({ isReadOnly: false, actingUser: () => 'a user', ...parts } as DeadLetterParts).request(
    '/discard',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  );

test('an error includes the number discarded before it', async () => {
  const answers = [[{ id: 9n }], [{ closed: 5n, last: 5n }]];
  const run = async () =>
    answers.shift() ?? Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
  const response = await post({ writableDatabase: { run } as unknown as Database }, { all: true });
  expect([response.status, await response.json()]).toEqual([
    503,
    { discarded: '5', error: expect.stringContaining('Postgres does not respond: gone') },
  ]);
});

test('discard rejects a limit', async () => {
  const response = await post({}, { all: true, limit: 5 });
  expect([response.status, await response.json()]).toEqual([400, { error: '"limit": unknown member' }]);
});
