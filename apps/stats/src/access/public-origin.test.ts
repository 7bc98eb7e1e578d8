import { readSettings } from '@pipeline/runtime';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { publicOrigin } from './public-origin.ts';
import { accessSettings } from './settings.ts';

const { STATS_TRUSTED_PROXIES: proxies } = readSettings(accessSettings, {});

async function originOf(headers: Readonly<Record<string, string>>, remoteAddress = '127.0.0.1') {
  const app = new Hono().get('/', (context) => context.text(String(publicOrigin(context, proxies))));
  const environment = { incoming: { socket: { remoteAddress } } };
  return await (await app.request('http://10.0.0.7:3000/', { headers }, environment)).text();
}

const forwarded = { 'x-forwarded-host': 'stats.example', 'x-forwarded-proto': 'https' };

test.each([
  [forwarded, 'https://stats.example'],
  [{ ...forwarded, 'x-forwarded-host': 'stats.example:443' }, 'https://stats.example'],
  [{ ...forwarded, 'x-forwarded-host': 'stats.example:8443, inner.example' }, 'https://stats.example:8443'],
  [{ 'x-forwarded-proto': 'https' }, 'https://10.0.0.7:3000'],
  [{ 'x-forwarded-host': 'stats.example' }, 'http://stats.example'],
  [{ 'x-forwarded-host': 'no host' }, 'undefined'],
  [{}, 'http://10.0.0.7:3000'],
])('from a trusted proxy, %j is the origin %s', async (headers, origin) => {
  expect(await originOf(headers)).toBe(origin);
});

test('from other addresses the headers are ignored', async () => {
  expect(await originOf(forwarded, '10.0.0.8')).toBe('http://10.0.0.7:3000');
});
