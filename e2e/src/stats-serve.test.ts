import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { absentKafka, absentPostgres } from './support/absent.ts';
import { createFilledPipeline } from './support/filled.ts';
import type { Pipeline } from './support/pipeline.ts';
import { type Program, runApp, startApp } from './support/programs.ts';
import { waitForLog } from './support/wait.ts';

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

/** Where the page is, by what the program says. */
async function urlOf(program: Program): Promise<string> {
  await waitForLog(program, /stats page http/);
  return /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.said())?.[1] ?? '';
}

async function get(path: string, program = server) {
  const response = await fetch(`${await urlOf(program)}${path}`);
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, headers: response.headers, text: await response.text() };
}

const getJson = async (path: string) => JSON.parse((await get(path)).text);

test('the page shows the numbers, and a browser is told to run nothing', async () => {
  const { status, type, headers, text } = await get('/');
  expect({ status, type }).toEqual({ status: 200, type: expect.stringContaining('text/html') });
  expect(text).toContain('<h1>up to date</h1>');
  expect(text).toContain('2 open dead letters');
  expect(text).toMatch(/2026-11-24 09:31 +2 +1 +1\n/);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'(?!.*unsafe)(?!.*script-src)/);
  expect((await get('/style.css')).type).toContain('text/css');
});

test('the API gives what "stats --json" prints, and parts of it', async () => {
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

test('the probes answer, and the metrics are in the text format of Prometheus', async () => {
  expect(await get('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get('/metrics')).toMatchObject({
    status: 200,
    type: expect.stringContaining('text/plain'),
    text: expect.stringMatching(/^pipeline_build_info\{version="[^"]+"\} 1$/m),
  });
  expect(await get('/nowhere')).toMatchObject({ status: 404 });
});

test('an event type that is markup is shown, and is none', async () => {
  const type = '<script>alert(1)</script>';
  await pipeline.database.run(
    (sql) => sql`update dlq_events set event_type = ${type} where reason = 'not_an_event'`,
  );
  await pipeline.database.run(
    (sql) => sql`update agg_events_minute set event_type = ${type} where event_type = 'signup'`,
  );
  const { text } = await get('/');
  expect(text.match(/&lt;script&gt;/g)).toHaveLength(2);
  expect(text).not.toContain('<script');
});

test('without Postgres the page says so, the process lives, is not ready, and ends with 0', async () => {
  await using program = startServer(await absentPostgres());
  for (const path of ['/', '/api/stats', '/readyz']) {
    const { status, text } = await get(path, program);
    expect({ path, status, text }).toEqual({
      path,
      status: 503,
      text: expect.stringContaining('Postgres does not answer'),
    });
    expect(text).not.toContain('hunter2');
  }
  expect(await get('/livez', program)).toMatchObject({ status: 200 });
  program.process.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, stdout: '' });
});

test('without Kafka the page stands, and the process is not ready', async () => {
  await using program = startServer(await absentKafka());
  const { status, text } = await get('/', program);
  expect(status).toBe(200);
  expect(text).toContain('<h1>unknown</h1>');
  expect(text).toMatch(/2026-11-24 09:30 +2 /);
  expect(await get('/readyz', program)).toMatchObject({
    status: 503,
    text: expect.stringMatching(/^Kafka at .*\n$/),
  });
});

/** Occupies a port, if nobody else does. */
async function occupy(port: number) {
  const taker = createServer().listen(port, '127.0.0.1');
  await Promise.race([once(taker, 'listening'), once(taker, 'error').catch(() => {})]);
  return taker;
}

test('a port that was asked for and is taken is an error', async () => {
  const { port } = new URL(await urlOf(server));
  expect(await runApp('stats', ['serve', '--stats-port', port], pipeline.environment)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `stats: port ${port} on 127.0.0.1 is taken; choose another with STATS_PORT\n`,
  });
});

test('a usual port that is taken gives way to a free one, which is said', async () => {
  const taker = await occupy(3000);
  await using program = startServer({ STATS_PORT: '' });
  const url = await urlOf(program);
  taker.close();
  expect(program.said()).toContain(`port 3000 is taken: ${url} instead, or choose one with STATS_PORT`);
  expect(await get('/livez', program)).toMatchObject({ status: 200 });
});
