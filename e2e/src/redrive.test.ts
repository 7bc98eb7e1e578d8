import type { OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { purchaseOf } from './support/data/oracle.ts';
import { type Program, runApp, startApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { configureTopic } from './support/servers/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { blackhole, startProxy } from './support/servers/proxy.ts';

const BLOCKED = 20;
const INVALID = 50;

/** Valid events that a table constraint rejects for now, and records that are not events. */
function createRecords(): readonly OutgoingRecord[] {
  const blocked = Array.from({ length: BLOCKED }, (_, index) =>
    jsonRecord(createEvent({ user_id: 'blocked', ...purchaseOf(index) })),
  );
  const invalid = Array.from({ length: INVALID }, (_, index) => ({
    key: Buffer.from(`key-${index}`),
    value: Buffer.from([0xff, 0x00, index % 256, index >> 8]),
    headers: { trace: Buffer.from([0xfe, index % 256]) },
  }));
  return [...blocked, ...invalid];
}

const environmentOf = (pipeline: Pipeline) => ({ ...pipeline.environment, DLQ_LIMIT_RATIO: '0' });

async function drain(pipeline: Pipeline): Promise<void> {
  expect(await runApp('consumer', ['--once'], environmentOf(pipeline))).toMatchObject({ code: 0 });
}

/** Creates dead letters, of which some have become valid. */
async function createDeadLetters(pipeline: Pipeline): Promise<void> {
  const { database } = pipeline;
  await database.run(
    (sql) => sql`alter table raw_events add constraint blocked check (user_id <> 'blocked')`,
  );
  await pipeline.publish(createRecords());
  await drain(pipeline);
  await database.run((sql) => sql`alter table raw_events drop constraint blocked`);
  expect(await sumLedgers(database)).toMatchObject({ stored: 0, dead: BLOCKED + INVALID });
}

async function countBy(pipeline: Pipeline, column: 'status' | 'redrive_count'): Promise<object> {
  const rows = await pipeline.database.run(
    (sql) =>
      sql<
        { value: string; n: number }[]
      >`select ${sql(column)}::text as value, count(*)::int as n from dlq_events group by 1`,
  );
  return Object.fromEntries(rows.map(({ value, n }) => [value, n]));
}

async function countActions(pipeline: Pipeline): Promise<number> {
  const [row] = await pipeline.database.run(
    (sql) => sql<{ n: number }[]>`select count(*)::int as n from dlq_actions where outcome = 'done'`,
  );
  return row?.n ?? 0;
}

async function addressOf(server: Program): Promise<string> {
  await waitForLog(server, /stats page http/);
  return /stats page (http:\/\/[^"\s]+)/.exec(server.stderr())?.[1] ?? '';
}

/** Response of the API to a redrive. */
interface RedriveResponse {
  readonly results: readonly object[];
}

async function post(url: string, body: object): Promise<RedriveResponse> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as RedriveResponse;
}

const fast = ['--yes', '--rate', '1000000'];

test.concurrent('redriven valid events are stored once; the others become dead letters again', async () => {
  await using pipeline = await createPipeline();
  await createDeadLetters(pipeline);
  const redriven = await runApp('stats', ['dlq', 'redrive', '--all', ...fast], pipeline.environment);
  expect(redriven).toMatchObject({ code: 0 });
  expect(redriven.stdout.match(/\tredriven$/gm)).toHaveLength(BLOCKED + INVALID);
  await drain(pipeline);

  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: BLOCKED, dead: BLOCKED + 2 * INVALID });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
  expect(await countBy(pipeline, 'status')).toEqual({ open: INVALID, redriven: BLOCKED + INVALID });
  expect(await countBy(pipeline, 'redrive_count')).toEqual({ 0: BLOCKED + INVALID, 1: INVALID });
  expect(await countActions(pipeline)).toBe(BLOCKED + INVALID);
  const again = await pipeline.database.run(
    (sql) => sql<{ n: number }[]>`
      select count(*)::int as n from dlq_events as again
      join dlq_actions as action
        on action.new_partition = again.source_partition and action.new_offset = again.source_offset
      join dlq_events as first on first.dlq_id = action.dlq_id
      where again.redrive_count = 1 and again.value = first.value and again.key = first.key
        and again.headers - 'dlq.redrive_count' - 'dlq.origin' = first.headers`,
  );
  expect(again[0]?.n).toBe(INVALID);

  const guarded = { ...pipeline.environment, DLQ_MAX_REDRIVES: '1' };
  const tried = await runApp('stats', ['dlq', 'redrive', '--all', '--dry-run'], guarded);
  expect(tried.stderr).toContain(
    `would redrive ${INVALID} of ${INVALID} open dead letters, except ${INVALID} that were redriven 1 times already`,
  );
  const refused = await runApp('stats', ['dlq', 'redrive', '--all', ...fast], guarded);
  expect(refused.code).toBe(3);
  expect(refused.stdout.match(/\tredriven 1 times already$/gm)).toHaveLength(INVALID);
});

const MANY = 400;
const SOME = 200;

/** Inserts open dead letters with distinct values, without corresponding records in the topic. */
async function insertDeadLetters({ database, topic }: Pipeline, count = SOME): Promise<void> {
  await database.run(
    (sql) => sql`
      insert into dlq_events
        (source_topic, source_partition, source_offset, source_timestamp, key, value, reason, detail)
      select ${topic}, 0, n, now(), case when n % 2 = 0 then convert_to('key-' || n, 'UTF8') end,
             convert_to('value ' || n, 'UTF8'), 'not_json', 'is not JSON'
      from generate_series(1, ${count}::int) as n`,
  );
}

/**
 * Compares the topic with the audit trail: the copies of each dead letter, and the offsets in `dlq_actions`.
 */
async function auditTopic(pipeline: Pipeline) {
  const records = await pipeline.readTopic(pipeline.topic);
  const at = new Map(
    records.map(({ partition, offset, value }) => [`${partition}@${offset}`, String(value)]),
  );
  const actions = await pipeline.database.run(
    (sql) => sql<{ offset: string; value: string }[]>`
      select action.detail as offset, convert_from(value, 'UTF8') as value
      from dlq_actions as action join dlq_events using (dlq_id)
      where outcome = 'done'`,
  );
  return {
    records: records.length,
    values: new Set(at.values()).size,
    audited: actions.length,
    auditedValues: new Set(actions.map(({ value }) => value)).size,
    wrongOffsets: actions.filter(({ offset, value }) => at.get(offset) !== value).length,
  };
}

const onceEach = (values: number) => ({ values, audited: values, auditedValues: values, wrongOffsets: 0 });

/** The last transaction of a killed program may still be running. */
async function hasNoOtherSession({ database }: Pipeline): Promise<boolean> {
  const sessions = await database.run(
    (sql) => sql`
      select from pg_stat_activity
      where datname = current_database() and application_name = 'stats' and pid <> pg_backend_pid()`,
  );
  return sessions.length === 0;
}

test.concurrent('a redrive that is killed and repeated sends at most one dead letter twice', async () => {
  await using pipeline = await createPipeline();
  await insertDeadLetters(pipeline, MANY);
  await using killed = startApp(
    'stats',
    ['dlq', 'redrive', '--all', '--yes', '--rate', '5000'],
    pipeline.environment,
  );
  await waitUntil(() => killed.stdout().split('\n').length > MANY / 4);
  killed.process.kill('SIGKILL');
  await killed.ended;
  await waitUntil(() => hasNoOtherSession(pipeline));
  const before = await countActions(pipeline);
  expect(before).toBeLessThan(MANY);
  const again = await runApp('stats', ['dlq', 'redrive', '--all', ...fast], pipeline.environment);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain(`redriven: ${MANY - before}, failed: 0, not attempted: 0`);
  const { records, ...audit } = await auditTopic(pipeline);
  expect(audit).toEqual(onceEach(MANY));
  expect(records).toBeGreaterThanOrEqual(MANY);
  expect(records).toBeLessThanOrEqual(MANY + 1);
});

test.concurrent('if the broker rejects some dead letters, the others are sent once', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  const records = Array.from({ length: 60 }, (_, at) => ({
    key: Buffer.from(`key-${at}`),
    value: Buffer.concat([Buffer.from([0xff, at]), Buffer.alloc(at % 20 === 19 ? 60_000 : 20)]),
  }));
  await pipeline.publish(records);
  await drain(pipeline);
  await configureTopic(pipeline, pipeline.topic, { 'max.message.bytes': '30000' });
  const redriven = await runApp('stats', ['dlq', 'redrive', '--all', ...fast], pipeline.environment);
  expect(redriven.stderr).toContain('redriven: 57, failed: 3, not attempted: 0');
  expect(redriven.stderr).not.toContain('Warning');
  expect(redriven.stdout.match(/max\.message\.bytes|larger than/g)).toHaveLength(3);
  expect(await pipeline.readTopic(pipeline.topic)).toHaveLength(60 + 57);
  expect(await countBy(pipeline, 'status')).toEqual({ open: 3, redriven: 57 });
});

test.concurrent('a redrive with an unresponsive Kafka stops on SIGTERM', { tags: 'long' }, async () => {
  await using pipeline = await createPipeline();
  await insertDeadLetters(pipeline);
  await using proxy = await startProxy(Number(pipeline.environment['KAFKA_BROKERS']?.split(':')[1]));
  proxy.trouble(blackhole);
  const environment = { ...pipeline.environment, KAFKA_BROKERS: `127.0.0.1:${proxy.port}` };
  await using blocked = startApp('stats', ['dlq', 'redrive', '--all', '--yes'], environment);
  await waitUntil(() => proxy.hits > 0);
  blocked.process.kill('SIGTERM');
  expect(await blocked.ended).toMatchObject({ code: 0, stdout: '' });
});

test.concurrent('concurrent redrives of the same dead letters send each one once', async () => {
  await using pipeline = await createPipeline();
  await insertDeadLetters(pipeline);
  const environment = { ...pipeline.environment, DLQ_REDRIVE_RATE: '1000000' };
  await using server = startApp('stats', ['serve'], environment);
  const viaApi = async () => {
    const address = await addressOf(server);
    for (let length = 1; length > 0; ) {
      const { results } = await post(`${address}/api/dlq/redrive`, { all: true, limit: 50 });
      length = results.length;
    }
  };
  const viaCommand = () => runApp('stats', ['dlq', 'redrive', '--all', '--yes'], environment);
  await Promise.all([viaCommand(), viaCommand(), viaApi()]);
  const done = await pipeline.database.run(
    (sql) => sql<{ users: number }[]>`select count(distinct done_by)::int as users from dlq_actions`,
  );
  expect(done[0]?.users).toBe(2);
  expect(await auditTopic(pipeline)).toEqual({ records: SOME, ...onceEach(SOME) });
});

test.concurrent('redrive respects its rate and limit; --dry-run sends nothing', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  await insertDeadLetters(pipeline);
  const run = (...args: readonly string[]) =>
    runApp('stats', ['dlq', 'redrive', '--all', ...args], {
      ...pipeline.environment,
      DLQ_REDRIVE_RATE: '10',
    });
  expect((await run('--dry-run')).stderr).toContain(`would redrive ${SOME} of ${SOME} open dead letters`);
  expect(JSON.parse((await run('--dry-run', '--json')).stdout)).toEqual({
    schemaVersion: 1,
    dryRun: true,
    matching: String(SOME),
    redriven: '0',
    failed: '0',
    results: [],
  });
  expect(await countActions(pipeline)).toBe(0);
  const limited = await run('--yes', '--limit', '12', '--json');
  const { results, ...counts } = JSON.parse(limited.stdout);
  expect(counts).toEqual({
    schemaVersion: 1,
    dryRun: false,
    matching: String(SOME),
    redriven: '12',
    failed: '0',
  });
  const origin = { topic: pipeline.topic, partition: 0, offset: '1' };
  expect(results).toHaveLength(12);
  expect(results[0]).toEqual({ id: '1', ...origin, outcome: 'redriven', detail: '' });
  expect(limited.stderr).toContain('redriven: 12, failed: 0, not attempted: 0');
  const [row] = await pipeline.database.run(
    (sql) => sql<{ n: number; seconds: number }[]>`
      select count(*)::int as n, extract(epoch from max(done_at) - min(done_at))::float8 as seconds
      from dlq_actions`,
  );
  expect(row?.n).toBe(12);
  // The minimum at this rate; a slow machine takes longer.
  expect(row?.seconds).toBeGreaterThan(1);
});

test.concurrent('export prints values, discard closes, and both need a selection', async () => {
  await using pipeline = await createPipeline();
  const values = ['{"not":"an event"}', '=1+1'];
  await pipeline.publish(values.map((value) => ({ key: null, value: Buffer.from(value), partition: 0 })));
  await drain(pipeline);
  const run = (...args: readonly string[]) => runApp('stats', ['dlq', ...args], pipeline.environment);
  expect((await run('export')).stdout).toBe('{"not":"an event"}\n=1+1\n');
  expect(await run('redrive')).toMatchObject({ code: 2 });
  expect(await run('discard', '--all', '--because', 'a test')).toMatchObject({ code: 2 });
  expect(await run('discard', '1', '--because', 'a test', '--yes')).toMatchObject({ code: 0 });
  expect((await run('show', '1')).stdout).toMatch(
    /^dead letter 1, discarded, [\s\S]*discard done by .*: a test$/m,
  );
  expect((await run('ls', '--status', 'open', '--json')).stdout.trim().split('\n')).toHaveLength(1);
  const discarded = await run('discard', '2', '--because', 'a test', '--yes', '--json');
  expect(JSON.parse(discarded.stdout)).toEqual({
    schemaVersion: 1,
    dryRun: false,
    matching: '1',
    discarded: '1',
  });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
});

test.concurrent('the API lists, shows, redrives, exports and discards dead letters', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish([{ key: null, value: Buffer.from('not json') }]);
  await drain(pipeline);
  await using server = startApp('stats', ['serve'], { ...pipeline.environment, LOG_FORMAT: 'json' });
  const address = await addressOf(server);
  const call = async (path: string, body?: object) => {
    const url = `${address}/api/dlq${path}`;
    return body === undefined ? await (await fetch(url)).json() : await post(url, body);
  };
  expect(await call('?reason=not_json')).toMatchObject({
    matching: '1',
    letters: [{ id: '1', status: 'open' }],
  });
  const valueBase64 = Buffer.from('not json').toString('base64');
  expect(await call('/1')).toMatchObject({ detail: 'is not JSON', valueBase64, valueBytes: 8 });
  expect(await call('/redrive', { ids: ['1'] })).toEqual({
    results: [{ id: '1', outcome: 'redriven', detail: '' }],
  });
  await drain(pipeline);
  expect(await call('?untyped=1')).toMatchObject({ matching: '2', isReadOnly: false });
  const download = async (format: string) =>
    await (await fetch(`${address}/api/dlq/export?status=open&format=${format}`)).text();
  expect(await download('ndjson')).toBe('not json\n');
  expect(await download('csv')).toMatch(/^id,.*\n2,.*,not_json,,open,.*,is not JSON\n$/);
  // Dead letter 2 arrived after the client listed them, so it is excluded.
  expect(await call('/redrive', { all: true, upTo: '1' })).toEqual({ results: [] });
  expect(await call('/redrive', { all: true, after: '2' })).toEqual({ results: [] });
  expect(await call('/discard', { all: true, because: 'a test' })).toEqual({ discarded: '1' });
  expect(await call('/redrive', {})).toHaveProperty('error');
});

test.concurrent('a text search covers a limited range of dead letters and returns the range', async () => {
  await using pipeline = await createPipeline();
  await pipeline.database.run(
    (sql) => sql`
      insert into dlq_events
        (dlq_id, source_topic, source_partition, source_offset, source_timestamp, reason, detail)
      overriding system value
      select n, 'events', 0, n, now(), 'not_json', 'needle'
      from unnest(array[1, 60000, 110000, 110001]) as n`,
  );
  await using server = startApp('stats', ['serve'], pipeline.environment);
  const address = await addressOf(server);
  const search = async (query: string) => await (await fetch(`${address}/api/dlq?${query}`)).json();
  expect(await search('contains=needle')).toMatchObject({
    matching: '2',
    lookedAt: { from: '60002', upTo: '110001' },
    letters: [{ id: '110001' }, { id: '110000' }],
  });
  const older = { matching: '1', lookedAt: { from: '10002', upTo: '60001' }, letters: [{ id: '60000' }] };
  expect(await search('contains=needle&before=60002')).toMatchObject(older);
  const oldest = { matching: '1', lookedAt: { from: '1', upTo: '10001' }, letters: [{ id: '1' }] };
  expect(await search('contains=needle&before=10002')).toMatchObject(oldest);
  expect(await search('reason=not_json')).toMatchObject({ matching: '4', lookedAt: null });
});

test.concurrent('an export that fails halfway is aborted, and the reason is logged', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  await pipeline.database.run(
    (sql) => sql`
      insert into dlq_events
        (source_topic, source_partition, source_offset, source_timestamp, value, reason, detail)
      select 'events', 0, n, now(), convert_to(repeat('x', 100000), 'UTF8'), 'not_json', ''
      from generate_series(1, 400) as n`,
  );
  const url = new URL(pipeline.environment['DATABASE_URL'] ?? '');
  await using proxy = await startProxy(Number(url.port));
  url.port = String(proxy.port);
  await using server = startApp('stats', ['serve'], { ...pipeline.environment, DATABASE_URL: url.href });
  const response = await fetch(`${await addressOf(server)}/api/dlq/export`);
  await proxy.refuse();
  await expect(response.text()).rejects.toThrow();
  await waitForLog(server, /an export was aborted: Postgres/);
  expect(server.stderr()).not.toMatch(/^\s+at /m);
});
