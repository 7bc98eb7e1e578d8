import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { addressRanges, comesFrom } from './trusted-proxies.ts';

const { parse } = addressRanges('proxies');

/** Whether a connection from an address is trusted. */
async function isTrusted(ranges: string, remoteAddress: string | undefined): Promise<boolean> {
  const list = parse(ranges);
  if (list === undefined) throw new Error(`${ranges} is invalid`);
  const app = new Hono().get('/', (context) => context.json(comesFrom(list, context)));
  return await (await app.request('/', {}, { incoming: { socket: { remoteAddress } } })).json();
}

test.each([
  ['loopback', '127.0.0.1'],
  ['loopback', '127.9.9.9'],
  ['loopback', '::1'],
  ['loopback', '::ffff:127.0.0.1'],
  ['10.1.2.3', '10.1.2.3'],
  ['10.1.2.3', '::ffff:10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['10.0.0.0/8', '10.255.0.1'],
  ['10.1.2.3/8', '10.255.0.1'],
  ['192.0.2.0/24, fd00::/8', 'fd12:3456::1'],
  ['fe80::/10', 'fe80::1%eth0'],
  ['0.0.0.0/0', '198.51.100.7'],
  ['loopback,198.51.100.7', '198.51.100.7'],
])('%s contains %s', async (ranges, address) => {
  expect(await isTrusted(ranges, address)).toBe(true);
});

test.each([
  ['loopback', '10.0.0.1'],
  ['loopback', '::2'],
  ['loopback', undefined],
  ['127.0.0.2', '127.0.0.1'],
  ['127.0.0.2', '::1'],
  ['10.0.0.0/8', '11.0.0.1'],
  ['10.0.0.0/8', '::ffff:11.0.0.1'],
  ['fd00::/8', 'fc00::1'],
  ['fd00::/8', '10.0.0.1'],
])('%s does not contain %s', async (ranges, address) => {
  expect(await isTrusted(ranges, address)).toBe(false);
});

test.each([
  'localhost',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.0/33',
  '::1/129',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'a,b',
  '::1%eth0',
  ',',
  '10.0.0.1:80',
])('%s is invalid', (ranges) => expect(parse(ranges)).toBeUndefined());
