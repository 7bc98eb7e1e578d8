import { expect, test } from 'vitest';
import { createProcessMetrics } from './metrics.ts';
import { createProbes, type Probes } from './probes.ts';

const metrics = createProcessMetrics('1.2.3', 'group');
const healthy: Probes = { live: () => undefined, unready: () => [], metrics };

async function ask(path: string, probes: Partial<Probes> = {}) {
  const response = await createProbes({ ...healthy, ...probes }).request(path);
  return { status: response.status, text: await response.text() };
}

test('a process that makes progress, with all dependencies, is live and ready', async () => {
  expect(await ask('/livez')).toEqual({ status: 200, text: 'ok\n' });
  expect(await ask('/readyz')).toEqual({ status: 200, text: 'ok\n' });
});

test('a stuck process is not live, and the answer has the reason', async () => {
  expect(await ask('/livez', { live: () => 'no progress' })).toEqual({ status: 503, text: 'no progress\n' });
});

test('missing dependencies make a process unready, with a reason each, but not dead', async () => {
  const unready = async () => ['Kafka: unreachable', 'Postgres: unreachable'];
  expect(await ask('/readyz', { unready })).toEqual({
    status: 503,
    text: 'Kafka: unreachable\nPostgres: unreachable\n',
  });
  expect(await ask('/livez', { unready })).toMatchObject({ status: 200 });
});

test('readiness is exported as a metric', async () => {
  expect((await ask('/metrics', { unready: () => ['Kafka: unreachable'] })).text).toContain(
    'pipeline_ready{consumergroup="group"} 0',
  );
});

test('metrics have the Prometheus text format, with the versions of program and Node', async () => {
  const response = await createProbes(healthy).request('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain('pipeline_build_info{version="1.2.3"} 1');
  expect(text).toContain('nodejs_version_info');
  expect(text).toContain('pipeline_ready{consumergroup="group"} 1');
});
