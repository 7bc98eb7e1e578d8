import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { checkHost } from './host-check.ts';

const app = new Hono()
  .use(checkHost(['Stats.example', 'FD00:0::7', '[fd00::9]']))
  .get('/', (context) => context.text('page'));

const ask = async (host: string) => (await app.request(`http://${host}/`)).status;

test.each([
  'localhost',
  '127.0.0.1:3000',
  '[::1]:3000',
  'stats.example:80',
  'STATS.EXAMPLE',
  '[fd00::7]:3000',
  '[fd00:0::9]',
])('%s is served', async (host) => expect(await ask(host)).toBe(200));

test.each([
  'evil.example',
  '[fd00::8]',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.stats.example',
])('%s is refused', async (host) => expect(await ask(host)).toBe(421));
