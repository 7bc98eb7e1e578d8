import { createMetrics } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { toJson } from './json.ts';
import { createServer } from './server.ts';
import type { Snapshot } from './snapshot.ts';
import { createSnapshot, hostileTexts } from './testing/snapshots.ts';

const metrics = createMetrics('0.0.0');

async function ask(path: string, collect: () => Promise<Snapshot>) {
  const response = await createServer(collect, metrics).request(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const works = async () => createSnapshot();
const withoutKafka = async () => createSnapshot({ kafkaProblem: 'no broker' });
const withoutPostgres = async () => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
};
const withoutTables = async () => {
  throw Object.assign(new Error('relation "dlq_events" does not exist'), { code: '42P01' });
};

test('the API has the shape of "stats --json", and parts of it', async () => {
  const whole = toJson(createSnapshot());
  expect(JSON.parse((await ask('/api/stats', works)).text)).toEqual(whole);
  expect(JSON.parse((await ask('/api/minutes', works)).text)).toEqual({ minutes: whole.minutes });
  expect(JSON.parse((await ask('/api/lag', works)).text)).toEqual({
    partitions: whole.partitions,
    lag: whole.lag,
  });
});

test('the page shows the table, and allows nothing to run', async () => {
  const { status, headers, text } = await ask('/', works);
  expect(status).toBe(200);
  expect(text).toContain('<h1>behind</h1>');
  expect(text).toContain('CURRENT-OFFSET');
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
});

test.each(hostileTexts.map((text) => [JSON.stringify(text).slice(0, 40), text] as const))(
  'the event type %s puts no markup on the page',
  async (_, eventType) => {
    const minutes = [{ minute: '2026-11-24T09:30:00Z', eventType, count: 1n }];
    const deadLetterGroups = createSnapshot().deadLetterGroups.map((group) => ({ ...group, eventType }));
    const { text } = await ask('/', async () => createSnapshot({ minutes, deadLetterGroups }));
    const plain = await ask('/', works);
    expect(text.match(/</g)).toHaveLength(plain.text.match(/</g)?.length ?? 0);
  },
);

test('without Kafka the page stands, and the process is not ready', async () => {
  expect(await ask('/', withoutKafka)).toMatchObject({
    status: 200,
    text: expect.stringContaining('no broker'),
  });
  expect(await ask('/readyz', withoutKafka)).toMatchObject({ status: 503, text: 'no broker\n' });
});

test.each(['/', '/api/stats', '/api/minutes', '/api/lag', '/readyz'])(
  'without Postgres %s says so',
  async (path) => {
    expect(await ask(path, withoutPostgres)).toMatchObject({
      status: 503,
      text: expect.stringContaining('Postgres does not answer: connect ECONNREFUSED'),
    });
  },
);

test.each(['/', '/api/stats', '/readyz'])('without tables %s names the remedy', async (path) => {
  expect(await ask(path, withoutTables)).toMatchObject({
    status: 503,
    text: expect.stringContaining('infra provision'),
  });
});

test('the process lives whatever its servers do, and has metrics', async () => {
  expect(await ask('/livez', withoutPostgres)).toMatchObject({ status: 200 });
  expect(await ask('/metrics', withoutPostgres)).toMatchObject({
    status: 200,
    text: expect.stringContaining('pipeline_build_info{version="0.0.0"} 1'),
  });
});

test.each([
  ['/', 421],
  ['/api/stats', 421],
  ['/api/dlq', 421],
  ['/livez', 200],
])('%s asked for by the name of another site is answered with %i', async (path, status) => {
  const response = await createServer(
    async () => Promise.reject(new Error('not asked')),
    createMetrics('1'),
  ).request(`http://evil.example${path}`);
  expect(response.status).toBe(status);
});
