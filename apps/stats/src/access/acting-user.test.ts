import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { listen } from '@pipeline/program';
import { readSettings, silentLogger } from '@pipeline/runtime';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { answerError } from '../api/errors.ts';
import { actingUserOf } from './acting-user.ts';
import { accessSettings } from './settings.ts';

const header = { STATS_USER_HEADER: 'X-Forwarded-User' };
const elsewhere = { ...header, STATS_TRUSTED_PROXIES: '192.0.2.1' };

/** Sends a request with these header lines, byte for byte, and returns the status and the acting user. */
async function send(environment: Readonly<Record<string, string>>, lines: readonly string[], login?: string) {
  const settings = readSettings(accessSettings, environment);
  const app = new Hono().get('/', (context) => {
    context.set('login', login);
    return context.text(actingUserOf(context, settings));
  });
  app.onError(answerError);
  const address = { host: '127.0.0.1', port: 0, usualPort: 0, portSetting: 'STATS_PORT' };
  await using server = await listen(app, address, silentLogger);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(['GET / HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n'));
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return [Number(head.split(' ')[1]), body.replace(/^[\da-f]+\r\n(.*)\r\n0$/s, '$1')];
}

test.each([
  ['X-Forwarded-User: ada', 'ada'],
  ['x-forwarded-user:   ada@example.com  ', 'ada@example.com'],
  ['X-Forwarded-User: Zoë 購入', 'Zoë 購入'],
  ['X-Forwarded-User: CN=Ada, OU=Shop', 'CN=Ada, OU=Shop'],
  [`X-Forwarded-User: ${'x'.repeat(256)}`, 'x'.repeat(256)],
  ['X-Forwarded-User:', 'stats page'],
  ['X-Other: ada', 'stats page'],
])('from a trusted proxy, "%s" is the user %s', async (line, user) => {
  expect(await send(header, [line])).toEqual([200, user]);
});

test('the header is ignored from other addresses, and unless it is configured', async () => {
  const forged = ['X-Forwarded-User: mallory', 'X-Forwarded-For: 192.0.2.1', 'X-Real-IP: 192.0.2.1'];
  expect(await send(elsewhere, forged)).toEqual([200, 'stats page']);
  expect(await send({}, forged)).toEqual([200, 'stats page']);
  expect(await send(elsewhere, forged, 'ada')).toEqual([200, 'ada']);
});

test('the header of a trusted proxy takes precedence over the login', async () => {
  expect(await send(header, ['X-Forwarded-User: ada'], 'proxy')).toEqual([200, 'ada']);
  expect(await send(header, [], 'ada')).toEqual([200, 'ada']);
});

test.each([
  ['two lines', ['X-Forwarded-User: mallory', 'X-Forwarded-User: ada']],
  ['two lines, the first empty', ['X-Forwarded-User:', 'X-Forwarded-User: ada']],
  ['257 characters', [`X-Forwarded-User: ${'x'.repeat(257)}`]],
  ['a tab', ['X-Forwarded-User: a\tb']],
  ['a C1 control', ['X-Forwarded-User: a\u009bb']],
  ['a line separator', ['X-Forwarded-User: a\u2028b']],
])('a header with %s is an error, not another user', async (_, lines) => {
  expect(await send(header, lines)).toEqual([400, expect.stringContaining('header X-Forwarded-User')]);
});

test.each(['Authorization', 'cookie', 'X User', 'X-User:', '-'])('%s is not the header of a user', (name) => {
  expect(() => readSettings(accessSettings, { STATS_USER_HEADER: name })).toThrow('STATS_USER_HEADER');
});

test('a header that is not UTF-8 is an error', async () => {
  const settings = readSettings(accessSettings, header);
  const app = new Hono().get('/', (context) => context.text(actingUserOf(context, settings)));
  app.onError(answerError);
  const incoming = { socket: { remoteAddress: '::1' }, headersDistinct: { 'x-forwarded-user': ['Zo\xeb'] } };
  expect((await app.request('/', {}, { incoming })).status).toBe(400);
});
