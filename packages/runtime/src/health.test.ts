import { Hono } from 'hono';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { askProbe } from './health.ts';
import { type ListenAddress, listen } from './http.ts';
import { createMetrics } from './metrics.ts';
import { createProbes } from './probes.ts';

const silent = pino({ level: 'silent' });

function address(host: string, port: number): ListenAddress {
  return { host, port, usualPort: 9464, portSetting: 'METRICS_PORT' };
}

/** A process that answers on all its addresses, and the port that it got. */
async function startProbes(stuck: string | undefined, unready: readonly string[], at = 0) {
  const probes = createProbes({
    live: () => stuck,
    unready: () => unready,
    metrics: createMetrics('1.2.3'),
  });
  const server = await listen(new Hono().route('/', probes), address('0.0.0.0', at), silent);
  return {
    port: Number(new URL(server.url).port),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test('a process that listens on every address is asked on the loopback', async () => {
  await using probes = await startProbes(undefined, []);
  expect(await askProbe(address('0.0.0.0', probes.port), '/livez')).toBe('ok\n');
});

test('a port that browsers refuse to ask is asked', async () => {
  await using probes = await startProbes(undefined, [], 10_080);
  expect(await askProbe(address('127.0.0.1', probes.port), '/livez')).toBe('ok\n');
});

test('what a process waits for makes it unready, not dead', async () => {
  await using probes = await startProbes(undefined, ['Kafka: not a member', 'Postgres: no answer']);
  const here = address('127.0.0.1', probes.port);
  expect(await askProbe(here, '/livez')).toBe('ok\n');
  await expect(askProbe(here, '/readyz')).rejects.toMatchObject({
    code: 3,
    message: expect.stringMatching(/readyz says: Kafka: not a member, Postgres: no answer$/),
  });
});

test('a process that is stuck or gone fails the check', async () => {
  const { port } = await (async () => {
    await using probes = await startProbes('no progress for 121 s', []);
    const here = address('127.0.0.1', probes.port);
    await expect(askProbe(here, '/livez')).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('no progress'),
    });
    return { port: probes.port };
  })();
  await expect(askProbe(address('127.0.0.1', port), '/livez')).rejects.toMatchObject({
    code: 3,
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a port that only the process itself knows is a wrong setting', async () => {
  await expect(askProbe(address('127.0.0.1', 0), '/livez')).rejects.toMatchObject({
    code: 2,
    remedy: expect.stringContaining('METRICS_PORT'),
  });
});
