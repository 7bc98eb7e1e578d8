/** @module-tag long */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, migrateRollups } from '@pipeline/db';
import { isNightly, settingsFor } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { listViolations } from './support/data/invariants.ts';
import { type Environment, type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { findStuckLag } from './support/system/recovery.ts';

/** Number of events that are stored before the roll-ups are declared. */
const STORED = isNightly ? 5_000_000 : 500_000;
const CHUNK = 100_000;
const RATE = 5_000;

/** The built-in types, with other roll-ups. */
const definition = `
import { count, defineEvents, eventType, max, shopEvents, sum } from '@pipeline/schema';
const rollups = {
  revenue: sum('/amount').by('/currency').per('1 hour'),
  highest: max('/amount').per('5 minutes'),
  orders: count().per('1 day'),
};
const types = Object.entries(shopEvents.types);
export default defineEvents({
  types: types.map(([name, schema]) => eventType(name, schema, name === 'purchase' ? { rollups } : {})),
});
`;

async function writeDefinition() {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-rollups-'));
  const path = join(folder, 'events.ts');
  await writeFile(path, definition);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** Stores purchases of one week as if they came from another topic. */
async function storeMany({ database }: Pipeline): Promise<void> {
  for (let from = 0; from < STORED; from += CHUNK)
    await database.run(
      (sql) => sql`
        with stored as (
          insert into raw_events (event_id, event_type, event_time, user_id, payload)
          select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'purchase',
                 timestamptz '2026-11-20T00:00Z' + n * interval '100 ms', 'user-1',
                 jsonb_build_object('order_id', n::text, 'amount', n % 10007 / 100.0,
                                    'currency', (array['EUR', 'USD', 'GBP'])[1 + n % 3])
          from generate_series(${from}::int, ${from + CHUNK - 1}::int) as n
          returning event_time
        )
        insert into agg_events_minute as total (minute, event_type, event_count)
        select date_bin('1 minute', event_time, 'epoch'), 'purchase', count(*) from stored group by 1
        on conflict (minute, event_type) do update set event_count = total.event_count + excluded.event_count`,
    );
  await database.run(
    (sql) => sql`insert into ingest_progress (topic, partition, start_offset, next_offset, stored)
                 values ('other', 0, 0, ${STORED}, ${STORED})`,
  );
}

async function startConsumer(environment: Environment): Promise<Program> {
  const consumer = startApp('consumer', [], environment);
  await waitForLog(consumer, /joined the group/);
  return consumer;
}

/** Replaces consumers one by one by others. */
async function replaceAll(consumers: readonly Program[], environment: Environment) {
  const replaced: Program[] = [];
  for (const former of consumers) {
    former.process.kill('SIGTERM');
    await former[Symbol.asyncDispose]();
    replaced.push(await startConsumer(environment));
  }
  return replaced;
}

/** Milliseconds: the longest time without a write, which includes rebalances, and the longest wait of a write for a lock. */
interface Pauses {
  readonly withoutWrite: number;
  readonly forLock: number;
}

/** Watches the ledgers and the sessions of the consumers, until a moment. */
async function watchPauses({ database }: Pipeline, isOver: () => boolean): Promise<Pauses> {
  let [withoutWrite, forLock, last, advancedAt] = [0, 0, '', performance.now()];
  while (!isOver()) {
    const [row] = await database.run(
      (sql) => sql<{ n: string; waited: number }[]>`
        select (select coalesce(sum(next_offset), 0)::text from ingest_progress) as n,
               (select coalesce(max(extract(epoch from clock_timestamp() - query_start)), 0)::float8 * 1000
                from pg_stat_activity
                where datname = current_database() and application_name ~ 'consumer' and wait_event_type = 'Lock') as waited`,
    );
    const now = performance.now();
    if (row?.n !== last) [last, advancedAt] = [row?.n ?? '', now];
    withoutWrite = Math.max(withoutWrite, now - advancedAt);
    forLock = Math.max(forLock, row?.waited ?? 0);
  }
  return { withoutWrite: Math.round(withoutWrite), forLock: Math.round(forLock) };
}

/** Recounting millions of events takes longer than a statement of a consumer may. */
async function listAllViolations(url: string): Promise<readonly string[]> {
  const settings = { ...settingsFor(url), DATABASE_STATEMENT_TIMEOUT_MS: 600_000 };
  await using database = connectDatabase(settings, { applicationName: 'e2e', connections: 1 });
  return await listViolations(database);
}

test('roll-ups are filled under load and a rolling restart, and equal a recount', async () => {
  await using events = await writeDefinition();
  await using pipeline = await createPipeline();
  const former = pipeline.environment;
  await migrateRollups(settingsFor(former['DATABASE_URL'] ?? ''), []);
  await storeMany(pipeline);
  await using stack = new AsyncDisposableStack();
  const consumers = [await startConsumer(former), await startConsumer(former)];
  for (const one of consumers) stack.use(one);
  const producer = stack.use(startApp('producer', ['--rate', String(RATE)], former));
  await waitUntil(async () => (await pipeline.offsets()).some(({ committed }) => (committed ?? 0n) > 0n));

  let isOver = false;
  const changed = { ...former, EVENTS: events.path };
  const migrating = runApp('consumer', ['migrate'], changed).finally(() => {
    isOver = true;
  });
  const pauses = watchPauses(pipeline, () => isOver);
  const replaced = await replaceAll(consumers, changed);
  for (const one of replaced) stack.use(one);
  expect(await migrating).toMatchObject({ code: 0 });
  const { withoutWrite, forLock } = await pauses;
  console.info(
    `while ${STORED} events were added, no write for at most ${withoutWrite} ms; one waited ${forLock} ms for a lock`,
  );

  producer.process.kill('SIGTERM');
  expect(await findStuckLag({ pipeline })).toEqual([]);
  expect(await listAllViolations(former['DATABASE_URL'] ?? '')).toEqual([]);
  expect(await runApp('stats', ['verify'], changed)).toMatchObject({ code: 0 });
  const [found] = await pipeline.database.run(
    (sql) => sql`select (select sum(orders) from rollup_purchase_orders)::int
                        - (select count(*) from raw_events where event_type = 'purchase')::int as difference`,
  );
  expect(found).toEqual({ difference: 0 });
});
