import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { refuseForeignPosts } from './refuse-foreign-posts.ts';

const json = { 'content-type': 'application/json' };

async function post(headers: Readonly<Record<string, string>>, isReadOnly = false): Promise<number> {
  const originOf = () => 'https://stats.example';
  const app = new Hono()
    .use(refuseForeignPosts(isReadOnly, originOf))
    .post('/', (context) => context.text('done'));
  const { status } = await app.request('http://127.0.0.1:3000/', { method: 'POST', headers });
  return status;
}

test.each([
  ['a program', json, 200],
  ['the page itself', { ...json, origin: 'https://stats.example' }, 200],
  [
    'the page behind a proxy that does not pass its origin',
    { ...json, origin: 'https://other.example', 'sec-fetch-site': 'same-origin' },
    200,
  ],
  ['a form of another site', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a script of another site', { ...json, origin: 'http://evil.example' }, 403],
  ['another site of the same domain', { ...json, 'sec-fetch-site': 'same-site' }, 403],
  ['another site, according to the browser', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
])('%s gets the right status', async (_, headers, status) => {
  expect(await post(headers)).toBe(status);
});

test('a read-only server rejects changes', async () => {
  expect(await post(json, true)).toBe(403);
});
