import { once } from 'node:events';
import { createServer } from 'node:net';
import { Hono } from 'hono';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type ListenAddress, listen } from './http.ts';
import { UserError } from './user-error.ts';

const app = new Hono().get('/', (context) => context.text('here'));

/** A logger, and what it was told. */
function recordLog() {
  const lines: string[] = [];
  return { lines, logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) }) };
}

function address(choice: Partial<ListenAddress>): ListenAddress {
  return { host: '127.0.0.1', port: undefined, usualPort: 0, portSetting: 'STATS_PORT', ...choice };
}

/** Holds a port of the loopback while a test runs. */
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

test('port 0 is any free one, and the address says which', async () => {
  const { lines, logger } = recordLog();
  await using server = await listen(app, address({ port: 0 }), logger);
  expect(await portOf(server.url)).toBeGreaterThan(0);
  expect(lines).toEqual([]);
});

test('a usual port that is taken gives way to a free one, and that is said', async () => {
  await using taken = await takePort();
  const { lines, logger } = recordLog();
  await using server = await listen(app, address({ usualPort: taken.port }), logger);
  expect(await portOf(server.url)).not.toBe(taken.port);
  expect(lines).toEqual([
    `port ${taken.port} is taken: ${server.url} instead, or choose one with STATS_PORT`,
  ]);
});

test('a port that was asked for and is taken is a failure, be it the usual one', async () => {
  await using taken = await takePort();
  const { logger } = recordLog();
  const listening = listen(app, address({ port: taken.port, usualPort: taken.port }), logger);
  await expect(listening).rejects.toThrow(UserError);
  await expect(listening).rejects.toMatchObject({ remedy: 'choose another with STATS_PORT' });
});

test('an address that is not of this machine is a failure that names the setting', async () => {
  const listening = listen(app, address({ host: '192.0.2.1' }), recordLog().logger);
  await expect(listening).rejects.toMatchObject({
    name: 'UserError',
    remedy: 'check HTTP_HOST and STATS_PORT',
  });
});

test('an IPv6 host stands in brackets', async () => {
  await using server = await listen(app, address({ host: '::1' }), recordLog().logger);
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await portOf(server.url)).toBeGreaterThan(0);
});

test('a server that is closed ends the answers that are under way', async () => {
  const endless = new Hono().get('/', (context) =>
    context.body(new ReadableStream({ start: (out) => out.enqueue('a') })),
  );
  const server = await listen(endless, address({}), recordLog().logger);
  const reader = (await fetch(server.url)).body?.getReader();
  await reader?.read();
  await server[Symbol.asyncDispose]();
  await expect(reader?.read()).rejects.toThrow();
});
