import { readFileSync } from 'node:fs';
import type { OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createPipeline, type Pipeline } from './support/pipeline.ts';
import { PLANNED_MAX_BYTES, recordAt } from './support/plan.ts';
import { type Program, startApp } from './support/programs.ts';
import { chooseSeed } from './support/random.ts';
import { findStandstill } from './support/recovery.ts';
import { Sent } from './support/sent.ts';
import { findDifferences } from './support/verdict.ts';
import { waitForLog, waitUntil } from './support/wait.ts';

const seed = chooseSeed();
/** `E2E_BACKLOG=2000000` is the long form. */
const BACKLOG = Number(process.env['E2E_BACKLOG'] ?? 300_000);
console.info(`E2E_SEED=${seed}`);

const MOST_BYTES = 400 << 20;
/** A batch takes some 60 ms otherwise. Longer than a session of 6 s, shorter than a statement may take. */
const DAWDLE_S = 7;
const CHUNK = 10_000;

/** The most memory that a process has ever occupied, in bytes: proc_pid_status(5). */
function peakBytes({ process: { pid } }: Program): number {
  return 1_024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function publishMany(
  pipeline: Pipeline,
  records: number,
  recordOf: (position: number) => OutgoingRecord,
): Promise<void> {
  for (let from = 0; from < records; from += CHUNK) {
    await pipeline.publish(Array.from({ length: CHUNK }, (_, index) => recordOf(from + index)));
  }
}

/** Replacing the function, unlike dropping its trigger, need not wait for writes that are under way. */
function dawdleFor(seconds: number): string {
  return `create or replace function dawdle() returns trigger language plpgsql as
          'begin perform pg_sleep(${seconds}); return null; end'`;
}

/** Every write into a table takes seconds longer. */
async function slowDown({ database }: Pipeline, table: string): Promise<void> {
  await database.run((sql) =>
    sql
      .unsafe(
        `${dawdleFor(DAWDLE_S)};
         create trigger slow after insert on ${table} for each statement execute function dawdle();`,
      )
      .simple(),
  );
}

/** Until the ledger has moved so many times: each time is a batch. */
async function waitForBatches({ database }: Pipeline, batches: number): Promise<void> {
  const seen = new Set<string>();
  await waitUntil(async () => {
    const [row] = await database.run(
      (sql) => sql<{ n: string }[]>`select coalesce(sum(next_offset), 0)::text as n from ingest_progress`,
    );
    seen.add(row?.n ?? '');
    return seen.size > batches;
  });
}

test('a backlog before a Postgres slowed a hundredfold is held back, not held in memory, and then drained', async () => {
  await using pipeline = await createPipeline();
  await publishMany(pipeline, BACKLOG, (position) => recordAt(seed, position));
  const sent = new Sent();
  sent.add(BACKLOG, 'acknowledged');
  await slowDown(pipeline, 'raw_events');
  const environment = { ...pipeline.environment, EVENT_MAX_BYTES: String(PLANNED_MAX_BYTES) };
  await using consumer = startApp('consumer', [], environment);
  await waitForLog(consumer, /joined the group/);
  await waitForBatches(pipeline, 4);
  await pipeline.database.run((sql) => sql.unsafe(dawdleFor(0)).simple());
  expect(await findStandstill({ pipeline })).toEqual([]);
  expect(peakBytes(consumer)).toBeLessThan(MOST_BYTES);
  expect(consumer.said().split('joined the group')).toHaveLength(2);
  expect(await findDifferences({ pipeline, operator: pipeline.database, load: { seed, sent } })).toEqual([]);
});

/** Each takes a few bytes of a fetch, and an object of memory. */
const FLOOD = 1_500_000;

test('a flood of empty records before a slow Postgres is held back too', async () => {
  await using pipeline = await createPipeline();
  await publishMany(pipeline, FLOOD, () => ({ key: null, value: null }));
  await slowDown(pipeline, 'dlq_events');
  await using consumer = startApp('consumer', [], { ...pipeline.environment, DLQ_LIMIT_RATIO: '0' });
  await waitForLog(consumer, /joined the group/);
  await waitForBatches(pipeline, 4);
  expect(peakBytes(consumer)).toBeLessThan(MOST_BYTES);
  expect(consumer.said().split('joined the group')).toHaveLength(2);
});
