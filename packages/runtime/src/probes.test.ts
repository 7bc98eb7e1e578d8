import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { createProbes, type Probes } from './probes.ts';

const metrics = createMetrics('1.2.3');
const healthy: Probes = { live: () => undefined, unready: () => [], metrics };

async function ask(path: string, probes: Partial<Probes> = {}) {
  const response = await createProbes({ ...healthy, ...probes }).request(path);
  return { status: response.status, text: await response.text() };
}

test('a process that makes progress and has what it needs is live and ready', async () => {
  expect(await ask('/livez')).toEqual({ status: 200, text: 'ok\n' });
  expect(await ask('/readyz')).toEqual({ status: 200, text: 'ok\n' });
});

test('a process that is stuck is not live, and says why', async () => {
  expect(await ask('/livez', { live: () => 'no progress' })).toEqual({ status: 503, text: 'no progress\n' });
});

test('a process is not ready for a reason per dependency, and is live nevertheless', async () => {
  const unready = async () => ['Kafka: away', 'Postgres: away'];
  expect(await ask('/readyz', { unready })).toEqual({ status: 503, text: 'Kafka: away\nPostgres: away\n' });
  expect(await ask('/livez', { unready })).toMatchObject({ status: 200 });
});

test('whether a process is ready is a metric, too', async () => {
  expect((await ask('/metrics', { unready: () => ['Kafka: away'] })).text).toContain('pipeline_ready 0');
});

test('metrics are in the text format of Prometheus, with the version of the program and of Node', async () => {
  const response = await createProbes(healthy).request('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain('pipeline_build_info{version="1.2.3"} 1');
  expect(text).toContain('nodejs_version_info');
  expect(text).toContain('pipeline_ready 1');
});
