import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from '@pipeline/runtime';
import { Hono } from 'hono';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type ListenAddress, listen } from './http.ts';

const app = new Hono().get('/', (context) => context.text('here'));

/** A logger that keeps its messages. */
function recordLog() {
  const lines: string[] = [];
  return { lines, logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) }) };
}

function address(choice: Partial<ListenAddress>): ListenAddress {
  return { host: '127.0.0.1', port: undefined, usualPort: 0, portSetting: 'STATS_PORT', ...choice };
}

/** Occupies a port of the loopback address. */
async function takePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

async function portOf(url: string): Promise<number> {
  expect(await (await fetch(url)).text()).toBe('here');
  return Number(new URL(url).port);
}

test('port 0 is any free port, and the URL names it', async () => {
  const { lines, logger } = recordLog();
  await using server = await listen(app, address({ port: 0 }), logger);
  expect(await portOf(server.url)).toBeGreaterThan(0);
  expect(lines).toEqual([]);
});

test('if the default port is in use, a free one is chosen and logged', async () => {
  await using taken = await takePort();
  const { lines, logger } = recordLog();
  await using server = await listen(app, address({ usualPort: taken.port }), logger);
  expect(await portOf(server.url)).not.toBe(taken.port);
  expect(lines).toEqual([
    `port ${taken.port} is in use; listening on ${server.url} instead (set STATS_PORT to choose a port)`,
  ]);
});

test('a configured port that is in use is an error, even if it is the default', async () => {
  await using taken = await takePort();
  const { logger } = recordLog();
  const listening = listen(app, address({ port: taken.port, usualPort: taken.port }), logger);
  await expect(listening).rejects.toThrow(UserError);
  await expect(listening).rejects.toMatchObject({ remedy: 'choose another with STATS_PORT' });
});

test('an address of another machine is an error that names the setting', async () => {
  const listening = listen(app, address({ host: '192.0.2.1' }), recordLog().logger);
  await expect(listening).rejects.toMatchObject({
    name: 'UserError',
    remedy: 'check HTTP_HOST and STATS_PORT',
  });
});

test('the URL of an IPv6 host has brackets', async () => {
  await using server = await listen(app, address({ host: '::1' }), recordLog().logger);
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await portOf(server.url)).toBeGreaterThan(0);
});

test('closing a server ends its open responses', async () => {
  const endless = new Hono().get('/', (context) =>
    context.body(new ReadableStream({ start: (out) => out.enqueue('a') })),
  );
  const server = await listen(endless, address({}), recordLog().logger);
  const reader = (await fetch(server.url)).body?.getReader();
  await reader?.read();
  await server[Symbol.asyncDispose]();
  await expect(reader?.read()).rejects.toThrow();
});
