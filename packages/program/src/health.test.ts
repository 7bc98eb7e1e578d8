import { Hono } from 'hono';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { requestProbe } from './health.ts';
import { type ListenAddress, listen } from './http.ts';
import { createProcessMetrics } from './metrics.ts';
import { createProbes } from './probes.ts';

const silent = pino({ level: 'silent' });

function address(host: string, port: number): ListenAddress {
  return { host, port, usualPort: 9464, portSetting: 'METRICS_PORT' };
}

/** A server of probes that listens on every address, and its port. */
async function startProbes(stuck: string | undefined, unready: readonly string[], at = 0) {
  const probes = createProbes({
    live: () => stuck,
    unready: () => unready,
    metrics: createProcessMetrics('1.2.3', 'group'),
  });
  const server = await listen(new Hono().route('/', probes), address('0.0.0.0', at), silent);
  return {
    port: Number(new URL(server.url).port),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test('a process that listens on every address is probed on the loopback address', async () => {
  await using probes = await startProbes(undefined, []);
  expect(await requestProbe(address('0.0.0.0', probes.port), '/livez')).toBe('ok\n');
});

test('a port that fetch blocks can be probed', async () => {
  await using probes = await startProbes(undefined, [], 10_080);
  expect(await requestProbe(address('127.0.0.1', probes.port), '/livez')).toBe('ok\n');
});

test('a missing dependency fails readiness, not liveness', async () => {
  await using probes = await startProbes(undefined, ['Kafka: not a member', 'Postgres: no answer']);
  const here = address('127.0.0.1', probes.port);
  expect(await requestProbe(here, '/livez')).toBe('ok\n');
  await expect(requestProbe(here, '/readyz')).rejects.toMatchObject({
    code: 3,
    message: expect.stringMatching(/readyz reports: Kafka: not a member, Postgres: no answer$/),
  });
});

test('a stuck or stopped process fails the check', async () => {
  const { port } = await (async () => {
    await using probes = await startProbes('no progress for 121 s', []);
    const here = address('127.0.0.1', probes.port);
    await expect(requestProbe(here, '/livez')).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('no progress'),
    });
    return { port: probes.port };
  })();
  await expect(requestProbe(address('127.0.0.1', port), '/livez')).rejects.toMatchObject({
    code: 3,
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('port 0 cannot be probed, and is a usage error', async () => {
  await expect(requestProbe(address('127.0.0.1', 0), '/livez')).rejects.toMatchObject({
    code: 2,
    remedy: expect.stringContaining('METRICS_PORT'),
  });
});
