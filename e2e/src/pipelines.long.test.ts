/** @module-tag long */
import { setTimeout as sleep } from 'node:timers/promises';
import { findFiringAlerts, noPromtool, type Series } from 'infra/promtool';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { fingerprint } from './support/data/invariants.ts';
import { parseNumbers, queryNumbers } from './support/data/numbers.ts';
import { findDifferences, publishMix } from './support/data/oracle.ts';
import { type Environment, type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { type Neighbour, openNeighbours } from './support/servers/neighbours.ts';
import type { Pipeline } from './support/servers/pipeline.ts';
import { scrapeTargets } from './support/system/alert-samples.ts';

/** A pipeline and its running programs. */
interface Running extends Neighbour {
  readonly consumer: Program;
  readonly page: Program;
}

/** A write that fails for longer than a test must not make the consumer unready, which has alerts of its own. */
const patience: Environment = { WRITE_FAILURE_LIMIT_MS: '3600000' };

const stack = new AsyncDisposableStack();
let all: readonly [Running, Running, Running, Running, Running];

function startPrograms(neighbour: Neighbour): Running {
  const consumer = startApp('consumer', [], { ...neighbour.as('writer'), ...patience });
  const page = startApp('stats', ['serve'], neighbour.as('operator'));
  return { ...neighbour, consumer: stack.use(consumer), page: stack.use(page) };
}

const get = async (program: Program, path: string) => (await fetch(`${await urlOf(program)}${path}`)).text();
const runStats = (running: Running, ...args: readonly string[]) =>
  runApp('stats', args, running.as('operator'));

async function urlOf(program: Program): Promise<string> {
  await waitForLog(program, /http:\/\/127\.0\.0\.1:\d+/);
  return /http:\/\/127\.0\.0\.1:\d+/.exec(program.stderr())?.[0] ?? '';
}

const labelsOf = ({ groupId, topic }: Pipeline) => `consumergroup="${groupId}",topic="${topic}"`;

/** Open dead letters by the metric of the page. */
async function readOpen({ page, pipeline }: Running): Promise<string | undefined> {
  const series = new RegExp(`^pipeline_open_dead_letters\\{${labelsOf(pipeline)}\\} (\\d+)$`, 'm');
  return series.exec(await get(page, '/metrics'))?.[1];
}

/** The counters of the consumer, as `name kind value`; those of another topic or group are left out. */
async function readCounters({ consumer, pipeline }: Running): Promise<readonly string[]> {
  const labels = labelsOf(pipeline);
  const series = new RegExp(
    `^pipeline_(events_stored|events_duplicate|dead_letters)_total\\{${labels}(?:,\\w+="(\\w+)")?\\} (\\d+)$`,
    'gm',
  );
  const found = (await get(consumer, '/metrics')).matchAll(series);
  return [...found].map(([, name, kind = '', value]) => `${name} ${kind} ${value}`).sort();
}

/** What the counters must be. */
async function queryCounters({ pipeline }: Running): Promise<readonly string[]> {
  const rows = await pipeline.database.run(
    (sql) => sql<{ line: string }[]>`
      select 'events_stored ' || event_type || ' ' || count(*) as line from pipeline.raw_events group by event_type
      union all select 'events_duplicate  ' || sum(duplicates) from pipeline.ingest_progress
      union all select 'dead_letters ' || reason || ' ' || count(*) from pipeline.dlq_events group by reason`,
  );
  return rows.map(({ line }) => line).sort();
}

async function isDrained(pipeline: Pipeline): Promise<boolean> {
  return (await pipeline.offsets()).every(({ committed, logEnd }) => committed === logEnd);
}

async function countDeadLetters({ pipeline }: Running, status: string): Promise<number> {
  const rows = await pipeline.database.run(
    (sql) => sql`select from pipeline.dlq_events where status = ${status}`,
  );
  return rows.length;
}

/** The schemas in which a login may read or write a table. */
async function findSchemas({ pipeline }: Running, login: string): Promise<readonly string[]> {
  const rows = await pipeline.database.run(
    (sql) => sql<{ name: string }[]>`
      select distinct schemas.nspname as name
      from pg_class as tables join pg_namespace as schemas on schemas.oid = tables.relnamespace
      where tables.relkind in ('r', 'p', 'v') and schemas.nspname not like all(array['pg\\_%', 'information_schema'])
        and (has_any_column_privilege(${login}, tables.oid, 'select, insert, update, references')
             or has_table_privilege(${login}, tables.oid, 'delete, truncate, trigger'))`,
  );
  return rows.map(({ name }) => name);
}

/** Lag is measured every 10 s; until the first time it has no series. */
async function waitForLag({ consumer }: Running): Promise<void> {
  await waitUntil(async () => /^kafka_consumergroup_lag\{/m.test(await get(consumer, '/metrics')));
}

/** Every write of partition 1 fails with an error that is retried. */
async function blockPartition({ database }: Pipeline): Promise<void> {
  await database.run((sql) =>
    sql
      .unsafe(
        `create function pipeline.block() returns trigger language plpgsql as $$ begin raise sqlstate '40001'; end $$;
         create trigger block before update on pipeline.ingest_progress for each row
           when (new.partition = 1) execute function pipeline.block()`,
      )
      .simple(),
  );
}

/** Publishes an event to each partition of all pipelines a few times per second, until it is disposed of. */
function startLoad(): AsyncDisposable {
  let isStopped = false;
  const publish = async () => {
    while (!isStopped) {
      const records = [0, 1, 2].map((partition) => jsonRecord(createEvent(), { partition }));
      await Promise.all([...all.map(({ pipeline }) => pipeline.publish(records)), sleep(300)]);
    }
  };
  const published = publish();
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await published;
    },
  };
}

/** Lag is measured every 10 s, and alerts of five minutes fire after five more scrapes of 2 s. */
const SCRAPES = 16;

async function scrapeUnderLoad(): Promise<Series> {
  const targets = await Promise.all(
    all.map(async ({ schema, consumer }) => {
      const url = `${await urlOf(consumer)}/metrics`;
      return { job: 'pipeline-consumer', instance: schema, url };
    }),
  );
  await using _load = startLoad();
  return await scrapeTargets(targets, SCRAPES);
}

beforeAll(async () => {
  const neighbours = stack.use(await openNeighbours());
  all = neighbours.all.map(startPrograms) as unknown as typeof all;
  await Promise.all(all.map(({ consumer }) => waitForLog(consumer, /joined the group/)));
}, 240_000);
afterAll(() => stack.disposeAsync());

test('under load at once, each stores exactly its own events and dead letters', async () => {
  const loads = await Promise.all(
    all.map(async ({ pipeline }, index) => {
      const mix = { events: 3_000 + 500 * index, badEvery: 50 + index, duplicateEvery: 20 + index };
      return { pipeline, oracle: await publishMix(pipeline, mix) };
    }),
  );
  for (const { pipeline, oracle } of loads) {
    await waitUntil(() => isDrained(pipeline));
    expect(await findDifferences(pipeline, oracle)).toEqual([]);
  }
});

test('each page, metric and command shows the numbers of its own tables', async () => {
  for (const running of all) {
    const expected = await queryNumbers(running.pipeline.database);
    const patiently = { timeout: 60_000 };
    const readPage = async () => parseNumbers(await get(running.page, '/api/stats'));
    await expect.poll(readPage, patiently).toEqual(expected);
    await expect.poll(() => readOpen(running), patiently).toBe(expected.open);
    expect(parseNumbers((await runStats(running, '--json')).stdout)).toEqual(expected);
    expect(await readCounters(running)).toEqual(await queryCounters(running));
    const verified = await runStats(running, 'verify', '--json');
    expect(verified).toMatchObject({ code: 0 });
    expect(JSON.parse(verified.stdout)).toMatchObject({ events: expected.events.stored });
    const listed = await runStats(running, 'dlq', 'ls', '--limit', '1000', '--json');
    expect(listed.stdout.trim().split('\n').length).toBe(Number(expected.open));
  }
});

test('redrive and discard of all dead letters change only those of their own pipeline', async () => {
  const [first, second, ...rest] = all;
  const digests = () => Promise.all(rest.map(({ pipeline }) => fingerprint(pipeline.database)));
  const before = await digests();
  expect(await runStats(first, 'dlq', 'discard', '--all', '--because', 'a test', '--yes')).toMatchObject({
    code: 0,
  });
  expect(await runStats(second, 'dlq', 'redrive', '--all', '--yes')).toMatchObject({ code: 0 });
  expect(await countDeadLetters(first, 'open')).toBe(0);
  expect(await countDeadLetters(second, 'redriven')).toBeGreaterThan(0);
  expect(await digests()).toEqual(before);
});

test('a login of one pipeline can neither read nor write the tables of another', async () => {
  const [first, second] = all;
  for (const { logins, schema } of all)
    for (const login of logins) expect(await findSchemas(first, login)).toEqual([schema]);
  const foreign = { DATABASE_SCHEMA: second.schema, KAFKA_GROUP_ID: 'foreign' };
  const ends = await Promise.all([
    runApp('stats', ['dlq', 'ls'], { ...first.as('operator'), ...foreign }),
    runApp('stats', ['verify', '--repair'], { ...first.as('owner'), ...foreign }),
    runApp('consumer', ['--once'], { ...first.as('writer'), ...foreign }),
    runApp('consumer', ['migrate'], { ...first.as('owner'), ...foreign }),
  ]);
  for (const { code, stderr } of ends)
    expect([code, stderr]).toEqual([1, expect.stringContaining('permission denied')]);
});

describe.skipIf(noPromtool !== undefined)(`alerts${noPromtool ? ` (${noPromtool})` : ''}`, () => {
  test('one stuck partition fires its alert, and no other', async () => {
    const [, , { pipeline }] = all;
    await Promise.all(all.map(waitForLag));
    await blockPartition(pipeline);
    const series = await scrapeUnderLoad();
    await pipeline.database.run((sql) => sql`drop trigger block on pipeline.ingest_progress`);
    const labels = {
      job: 'pipeline-consumer',
      consumergroup: pipeline.groupId,
      topic: pipeline.topic,
      partition: '1',
    };
    expect(findFiringAlerts(series, SCRAPES - 1)).toEqual([{ alertname: 'PipelineStalled', ...labels }]);
  });

  test('a killed consumer fires the alerts of its pipeline, and no other', async () => {
    const [, , , { schema, pipeline, consumer }] = all;
    const job = 'pipeline-consumer';
    setTimeout(() => consumer.process.kill('SIGKILL'), 5_000);
    const series = await scrapeUnderLoad();
    expect(findFiringAlerts(series, SCRAPES - 1)).toEqual([
      { alertname: 'PipelineDown', job, instance: schema },
      { alertname: 'PipelineNoConsumer', job, consumergroup: pipeline.groupId },
    ]);
  });
});
