import { expect, test } from 'vitest';
import { createDeadLetterApi, type DeadLetterParts } from './dead-letters.ts';

const api = createDeadLetterApi({ isReadOnly: true } as DeadLetterParts);

test.each(['/0', '/abc', '/1x', '/99999999999999999999'])('there is no letter %s', async (path) => {
  const response = await api.request(path);
  expect([response.status, await response.json()]).toEqual([404, { error: 'there is no such dead letter' }]);
});

test.each(['/redrive', '/discard'])('who may change nothing is told so: %s', async (path) => {
  const response = await api.request(path, { method: 'POST' });
  expect([response.status, await response.json()]).toEqual([
    403,
    { error: expect.stringContaining('read-only') },
  ]);
});

test('some of those that match cannot be discarded: a limit is refused', async () => {
  const response = await createDeadLetterApi({ isReadOnly: false } as DeadLetterParts).request('/discard', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ all: true, limit: 5 }),
  });
  expect([response.status, await response.json()]).toEqual([400, { error: '"limit" is not known here' }]);
});
