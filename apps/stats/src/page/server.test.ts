import type { RollupValues } from '@pipeline/db/read';
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { requireLogin } from '../access/require-login.ts';
import { createStatsMetrics } from '../metrics.ts';
import { toJson } from '../terminal/json.ts';
import { createSnapshot } from '../testing/snapshots.ts';
import { createServer, type ServerParts } from './server.ts';
import { readWebFiles } from './web-files.ts';

const minutes = [{ minute: '2026-11-24T09:31:00Z', eventType: 'signup', count: 7n }];

const rollup: RollupValues = {
  ...{ eventType: 'purchase', name: 'revenue', aggregate: 'sum', by: ['currency'], bucketMinutes: 60 },
  ...{ keys: 1, keyLimit: 1_000, isFilling: false },
  values: [{ bucket: '2026-11-24T09:00:00Z', key: ['EUR'], value: '9.50', events: 1n, leftOut: 0n }],
};

const point = {
  at: '2026-11-24T09:31:00.000Z',
  lag: 7n,
  secondsBehind: null,
  producedPerSecond: 1.5,
  consumedPerSecond: 1,
  storedPerSecond: 0.5,
  openDeadLetters: 0n,
  latency: null,
};

const works: ServerParts = {
  collect: async () => createSnapshot(),
  readMinutes: async (asked) => (asked === 60 ? minutes : []),
  readRollups: async (asked) => (asked === 24 ? [rollup] : []),
  readHistory: async (asked) => (asked === 60 ? [point] : []),
  readReceipt: async () => null,
  live: { open: () => new Response('event: stats\n\n').body ?? new ReadableStream() },
  webFiles: readWebFiles({ topics: ['events'], groupId: 'group', types: [] }),
  deadLetters: new Hono().get('/', (context) => context.text('dead letters')),
  whatIf: new Hono(),
  metrics: createStatsMetrics('0.0.0', 'group'),
  observe: () => {},
  allowedHosts: ['stats.example'],
  basePath: '/',
  login: undefined,
};

const failing = (error: Error): ServerParts => ({
  ...works,
  collect: () => Promise.reject(error),
  readMinutes: () => Promise.reject(error),
  readRollups: () => Promise.reject(error),
  readHistory: () => Promise.reject(error),
  readReceipt: () => Promise.reject(error),
});
const withoutKafka = { ...works, collect: async () => createSnapshot({ kafkaProblem: 'no broker' }) };
const withoutPostgres = failing(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
const withoutTables = failing(
  Object.assign(new Error('relation "dlq_events" does not exist'), { code: '42P01' }),
);

async function ask(path: string, parts = works) {
  const response = await createServer(parts).request(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('the API has the shape of "stats --json", and parts of it', async () => {
  const whole = toJson(createSnapshot());
  expect(JSON.parse((await ask('/api/stats')).text)).toEqual(whole);
  expect(JSON.parse((await ask('/api/minutes')).text)).toEqual({ minutes: whole.minutes });
  expect(JSON.parse((await ask('/api/lag')).text)).toEqual({ partitions: whole.partitions, lag: whole.lag });
});

test('the history covers at most a day', async () => {
  const answer = JSON.parse((await ask('/api/history?minutes=60')).text);
  expect(answer).toEqual({ stepSeconds: 10, points: [{ ...point, lag: '7', openDeadLetters: '0' }] });
  expect(await ask('/api/history')).toMatchObject({ status: 400 });
  expect(await ask('/api/history?minutes=60', withoutPostgres)).toMatchObject({ status: 503 });
});

test('minutes by the clock cover at most a day', async () => {
  expect(JSON.parse((await ask('/api/minutes?minutes=60')).text)).toEqual({
    minutes: [{ ...minutes[0], count: '7' }],
  });
  for (const asked of ['0', '-1', '1441', '99999', 'x', '', '1e3', '1.5'])
    expect(await ask(`/api/minutes?minutes=${asked}`)).toMatchObject({ status: 400 });
});

test.each(['/', '/text', '/web/app.ts', '/web/style.css', '/api/stats', '/api/stream', '/nowhere'])(
  '%s is not cached and restricts sources to this server',
  async (path) => {
    const { headers } = await ask(path);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';(?!.*unsafe).*frame-ancestors 'none'/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  },
);

test('pages and their files have content types', async () => {
  const typeOf = async (path: string) => (await ask(path)).headers.get('content-type');
  expect(await typeOf('/')).toMatch(/^text\/html/);
  expect(await typeOf('/web/app.ts')).toMatch(/^text\/javascript/);
  expect(await typeOf('/web/charts/plot.ts')).toMatch(/^text\/javascript/);
  expect(await typeOf('/web/style.css')).toMatch(/^text\/css/);
  expect(await typeOf('/api/stream')).toBe('text/event-stream');
  expect(await ask('/web/nothing.js')).toMatchObject({ status: 404 });
  expect(await ask('/web/..%2Fsrc%2Fmain.ts')).toMatchObject({ status: 404 });
});

test.each(['/nowhere', '/api/nothing', '/web/nothing.js'])('%s is not found, in JSON', async (path) => {
  const { status, text } = await ask(path);
  expect([status, JSON.parse(text)]).toEqual([404, { error: 'not found' }]);
});

test('a HEAD request does not open the stream', async () => {
  const open = vi.fn(() => new ReadableStream<Uint8Array>());
  const response = await createServer({ ...works, live: { open } }).request('/api/stream', {
    method: 'HEAD',
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect(open).not.toHaveBeenCalled();
});

test('without scripts the numbers are available as text', async () => {
  expect((await ask('/')).text).toMatch(/<noscript>.*href="text"/s);
  expect((await ask('/text')).text).toContain('CURRENT-OFFSET');
});

test('without Kafka the numbers are shown, and the process is not ready', async () => {
  expect(await ask('/text', withoutKafka)).toMatchObject({ status: 200 });
  expect(await ask('/readyz', withoutKafka)).toMatchObject({ status: 503, text: 'no broker\n' });
});

test.each(['/text', '/api/stats', '/api/minutes', '/api/minutes?minutes=60', '/api/lag', '/readyz'])(
  'without Postgres %s reports it',
  async (path) => {
    expect(await ask(path, withoutPostgres)).toMatchObject({
      status: 503,
      text: expect.stringContaining('Postgres does not respond: connect ECONNREFUSED'),
    });
  },
);

test.each(['/text', '/api/stats', '/readyz'])('without tables %s names the remedy', async (path) => {
  expect(await ask(path, withoutTables)).toMatchObject({
    status: 503,
    text: expect.stringContaining('consumer start migrate'),
  });
});

test('liveness, metrics and page do not depend on Postgres', async () => {
  expect(await ask('/livez', withoutPostgres)).toMatchObject({ status: 200 });
  expect(await ask('/', withoutPostgres)).toMatchObject({ status: 200 });
  expect(await ask('/metrics', withoutPostgres)).toMatchObject({
    status: 200,
    text: expect.stringContaining('pipeline_build_info{version="0.0.0"} 1'),
  });
});

const below = { ...works, basePath: '/pipeline/' };

test.each([
  ['/pipeline/', 200],
  ['/pipeline/dead-letters', 200],
  ['/pipeline/text', 200],
  ['/pipeline/web/app.ts', 200],
  ['/pipeline/api/stats', 200],
  ['/pipeline/api/dlq', 200],
  ['/pipeline/metrics', 200],
  ['/pipeline/nowhere', 404],
  ['/livez', 200],
  ['/readyz', 200],
  ['/metrics', 200],
  ['/', 404],
  ['/api/stats', 404],
])('below the base path /pipeline/, %s responds with %i', async (path, status) => {
  expect(await ask(path, below)).toMatchObject({ status });
});

test('the base path without its slash redirects, because links are relative', async () => {
  const { status, headers } = await ask('/pipeline?range=1h', below);
  expect([status, headers.get('location')]).toEqual([302, '/pipeline/?range=1h']);
});

test('a path outside of the base path names the page', async () => {
  expect(JSON.parse((await ask('/', below)).text)).toEqual({ error: 'not found: the page is at /pipeline/' });
});

test.each(['/', '/pipeline/', '/teams/a.b~c/'])(
  'with a login only probes and metrics at the root are open, base %s',
  async (basePath) => {
    const login = requireLogin((credentials) => (String(credentials) === 'ada:secret' ? 'ada' : undefined));
    const parts = { ...works, basePath, login };
    const paths = ['', 'dead-letters', 'text', 'web/app.ts', 'api/stats', 'api/stream', 'api/dlq', 'nowhere'];
    for (const path of paths) {
      const { status, headers, text } = await ask(`${basePath}${path}`, parts);
      expect([path, status, JSON.parse(text)]).toEqual([path, 401, { error: expect.any(String) }]);
      expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    }
    for (const path of ['/livez', '/readyz', '/metrics']) expect((await ask(path, parts)).status).toBe(200);
    const status = basePath === '/' ? 200 : 401;
    expect(await ask(`${basePath}metrics`, parts)).toMatchObject({ status });
  },
);

test.each([
  ['evil.example', '/', 421],
  ['evil.example', '/text', 421],
  ['evil.example', '/dead-letters', 421],
  ['evil.example', '/web/app.ts', 421],
  ['evil.example', '/api/stats', 421],
  ['evil.example', '/api/stream', 421],
  ['evil.example', '/api/dlq', 421],
  ['evil.example', '/livez', 200],
  ['stats.example', '/api/dlq', 200],
])('with Host %s, %s responds with %i', async (host, path, status) => {
  expect(await ask(`http://${host}${path}`)).toMatchObject({ status });
});

test('roll-ups have the values of as many buckets as requested', async () => {
  const values = [{ ...rollup.values[0], events: '1', leftOut: '0' }];
  expect(JSON.parse((await ask('/api/rollups')).text)).toEqual({ rollups: [{ ...rollup, values }] });
  expect(JSON.parse((await ask('/api/rollups?buckets=1')).text)).toEqual({ rollups: [] });
  expect(await ask('/api/rollups?buckets=x')).toMatchObject({ status: 400 });
});
