import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilledPipeline } from './support/data/filled.ts';
import { type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { absentKafka, absentPostgres } from './support/servers/absent.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

let pipeline: Pipeline;
let server: Program;

beforeAll(async () => {
  pipeline = await createFilledPipeline();
  server = startServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await pipeline[Symbol.asyncDispose]();
});

const startServer = (change = {}) => startApp('stats', ['serve'], { ...pipeline.environment, ...change });

/** The URL of the page, from the log. */
async function urlOf(program: Program): Promise<string> {
  await waitForLog(program, /stats page http/);
  return /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.stderr())?.[1] ?? '';
}

async function get(path: string, program = server) {
  const response = await fetch(`${await urlOf(program)}${path}`);
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, headers: response.headers, text: await response.text() };
}

const getJson = async (path: string) => JSON.parse((await get(path)).text);

/** The first message of the stream. */
async function readReport(program = server) {
  const { text } = await getUntil('/api/stream', /^data: .*\n\n/m, program);
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '');
}

/** Reads an endless stream until it matches. */
async function getUntil(path: string, pattern: RegExp, program: Program) {
  const response = await fetch(`${await urlOf(program)}${path}`);
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (pattern.test(text)) break;
  }
  return { text };
}

test('the page and its files are served with a strict security policy', async () => {
  const { status, type, headers, text } = await get('/');
  expect({ status, type }).toEqual({ status: 200, type: expect.stringContaining('text/html') });
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'(?!.*unsafe)/);
  const links = [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) expect([link, (await get(`/${link}`)).status]).toEqual([link, 200]);
});

test('the stream has the numbers, the status and the group', async () => {
  // On a busy machine Kafka's first response may take longer than the page waits for it.
  await waitUntil(async () => (await readReport()).kafkaProblem === null);
  expect(await readReport()).toMatchObject({
    events: { stored: '4', duplicates: '1', deadLettered: '2' },
    lag: '0',
    status: {
      word: 'stopped',
      reasons: ['no consumer is running: pnpm --filter consumer start'],
    },
    group: { state: 'Empty', members: [] },
    kafkaProblem: null,
  });
});

test('the stream has the partitions of a running consumer', async () => {
  await using consumer = startApp('consumer', [], pipeline.environment);
  await waitForLog(consumer, /joined the group/);
  await waitUntil(async () => (await readReport()).group?.state === 'Stable');
  const partitions = [0, 1, 2].map((partition) => ({ topic: pipeline.topic, partition }));
  expect(await readReport()).toMatchObject({
    status: { word: 'healthy' },
    group: { members: [{ clientId: 'consumer', host: '127.0.0.1', partitions }] },
  });
});

test('minutes are selected by the clock', async () => {
  const minute = '2026-11-24T09:30:00Z';
  await pipeline.database.run(
    (sql) =>
      sql`insert into agg_events_minute values (date_trunc('minute', now()) - interval '20 min', 'recent', 3)`,
  );
  const types = async (minutes: number) =>
    (await getJson(`/api/minutes?minutes=${minutes}`)).minutes.map(
      (one: { eventType: string }) => one.eventType,
    );
  expect([await types(15), await types(60)]).toEqual([[], ['recent']]);
  await pipeline.database.run((sql) => sql`delete from agg_events_minute where event_type = 'recent'`);
  expect((await getJson('/api/minutes')).minutes[0]).toMatchObject({ minute });
});

test('a stop ends the stream and the process', async () => {
  await using program = startServer();
  const response = await fetch(`${await urlOf(program)}/api/stream`);
  program.process.kill('SIGTERM');
  const [text, { code }] = await Promise.all([response.text(), program.ended]);
  expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^(: hello|event: )/) });
});

test('the API responds as "stats --json" prints, whole or in parts', async () => {
  const { stdout } = await runApp('stats', ['--json'], pipeline.environment);
  const printed = {
    ...JSON.parse(stdout),
    generatedAt: expect.any(String),
    freshnessSeconds: expect.any(Number),
  };
  expect(await getJson('/api/stats')).toStrictEqual(printed);
  expect(await getJson('/api/minutes')).toStrictEqual({ minutes: printed.minutes });
  expect(await getJson('/api/lag')).toStrictEqual({ partitions: printed.partitions, lag: '0' });
});

test('probes respond, and metrics are in the Prometheus text format', async () => {
  expect(await get('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get('/metrics')).toMatchObject({
    status: 200,
    type: expect.stringContaining('text/plain'),
    text: expect.stringMatching(/^pipeline_build_info\{version="[^"]+"\} 1$/m),
  });
  expect(await get('/nowhere')).toMatchObject({ status: 404 });
});

test('without Postgres the process is live, not ready, and reports it', async () => {
  await using program = startServer(await absentPostgres());
  for (const path of ['/text', '/api/stats', '/readyz']) {
    const { status, text } = await get(path, program);
    expect({ path, status, text }).toEqual({
      path,
      status: 503,
      text: expect.stringContaining('Postgres does not respond'),
    });
    expect(text).not.toContain('hunter2');
  }
  expect(await readReport(program)).toEqual({ error: expect.stringContaining('Postgres does not respond') });
  for (const path of ['/', '/livez']) expect(await get(path, program)).toMatchObject({ status: 200 });
  program.process.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, stdout: '' });
});

test('without Kafka the page is served, and the process is not ready', { tags: 'long' }, async () => {
  await using program = startServer(await absentKafka());
  expect(await readReport(program)).toMatchObject({
    events: { stored: '4' },
    lag: null,
    status: {
      word: 'down',
      reasons: [expect.stringMatching(/^lag is unknown: Kafka /)],
    },
    group: null,
  });
  expect((await get('/text', program)).text).toMatch(/2026-11-24 09:30 +2 /);
  expect(await get('/readyz', program)).toMatchObject({
    status: 503,
    text: expect.stringMatching(/^Kafka at .*\n$/),
  });
});

/** Occupies a port, unless another process does. */
async function occupy(port: number) {
  const listener = createServer().listen(port, '127.0.0.1');
  await Promise.race([once(listener, 'listening'), once(listener, 'error').catch(() => {})]);
  return listener;
}

test('a restarted stats page still has lag and rates', async () => {
  const groupId = 'restarted';
  await pipeline.database.run(
    (sql) => sql`
      insert into stats_samples (slot, topic, group_id, taken_at, stored, open_dead_letters, lag, log_end, seconds_behind)
      select date_bin('10 s', at, 'epoch'), ${pipeline.topic}, ${groupId}, at, 100 * n, 0, 1000 * n, 1200 * n, n
      from (select n, now() - make_interval(secs => 10 * (31 - n)) as at from generate_series(1, 30) as n) as sample`,
  );
  await using restarted = startServer({ KAFKA_GROUP_ID: groupId });
  const history = async () => JSON.parse((await get('/api/history?minutes=15', restarted)).text).points;
  await waitUntil(async () => (await history()).length > 30);
  const points: { readonly lag: string }[] = (await history()).slice(0, 30);
  expect(points.map(({ lag }) => Number(lag))).toEqual(
    Array.from({ length: 30 }, (_, at) => 1_000 * (at + 1)),
  );
  expect(points.at(-1)).toMatchObject({ storedPerSecond: 10, producedPerSecond: 120, consumedPerSecond: 20 });
});

test('the page is served without a history, and logs it', { tags: 'long' }, async () => {
  await pipeline.database.run((sql) => sql`alter table stats_samples rename to hidden_samples`);
  try {
    await using program = startServer();
    expect(await readReport(program)).toHaveProperty('events.stored', '4');
    await waitForLog(program, /the history cannot be stored: relation .* does not exist/);
    expect(await get('/api/history?minutes=15', program)).toMatchObject({ status: 503 });
  } finally {
    await pipeline.database.run((sql) => sql`alter table hidden_samples rename to stats_samples`);
  }
});

test('a configured port that is in use is an error', { tags: 'long' }, async () => {
  const { port } = new URL(await urlOf(server));
  expect(await runApp('stats', ['serve', '--stats-port', port], pipeline.environment)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `stats: port ${port} on 127.0.0.1 is in use; choose another with STATS_PORT\n`,
  });
});

test('if the default port is in use, a free one is chosen and logged', async () => {
  const listener = await occupy(3000);
  await using program = startServer({ STATS_PORT: '' });
  const url = await urlOf(program);
  listener.close();
  expect(program.stderr()).toContain(
    `port 3000 is in use; listening on ${url} instead (set STATS_PORT to choose a port)`,
  );
  expect(await get('/livez', program)).toMatchObject({ status: 200 });
});

test('the page needs no query that scans all events', async () => {
  await pipeline.database.run((sql) => sql`alter table raw_events rename to hidden_events`);
  try {
    for (const path of [
      '/text',
      '/api/stats',
      '/api/minutes',
      '/api/minutes?minutes=1440',
      '/api/history?minutes=1440',
      '/api/lag',
      '/api/dlq',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect(await readReport()).toHaveProperty('events.stored', '4');
  } finally {
    await pipeline.database.run((sql) => sql`alter table hidden_events rename to raw_events`);
  }
});
