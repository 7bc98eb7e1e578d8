/** @module-tag long */
import { readFileSync } from 'node:fs';
import type { OutgoingRecord } from '@pipeline/kafka';
import { isNightly } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { PLANNED_MAX_BYTES, recordAt } from './support/data/plan.ts';
import { chooseSeed } from './support/data/random.ts';
import { Sent } from './support/data/sent.ts';
import { type Program, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { findStuckLag } from './support/system/recovery.ts';
import { findDifferences } from './support/system/verdict.ts';

const seed = chooseSeed();
/** Records in the backlog; use `E2E_BACKLOG=2000000` for a long run. */
const BACKLOG = Number(process.env['E2E_BACKLOG'] ?? 300_000);
console.info(`E2E_SEED=${seed}`);

const MAX_BYTES = 400 << 20;
/** Delay of a write: longer than the session timeout of 6 s, shorter than the statement timeout. */
const DAWDLE_S = 7;
const CHUNK = 10_000;

/** Peak resident memory of a process in bytes: proc_pid_status(5). */
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

/** Unlike dropping the trigger, replacing its function need not wait for writes in progress. */
function dawdleFor(seconds: number): string {
  return `create or replace function dawdle() returns trigger language plpgsql as
          'begin perform pg_sleep(${seconds}); return null; end'`;
}

/** Delays every write to a table by `DAWDLE_S`. */
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

/** Waits until the ledger has advanced a number of times, each by a batch. */
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

test('a backlog with a slow Postgres is bounded in memory, then drained', async () => {
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
  expect(await findStuckLag({ pipeline })).toEqual([]);
  expect(peakBytes(consumer)).toBeLessThan(MAX_BYTES);
  expect(consumer.stderr().split('joined the group')).toHaveLength(2);
  expect(await findDifferences({ pipeline, operator: pipeline.database, load: { seed, sent } })).toEqual([]);
});

/** Each record takes a few bytes of a fetch, but an object in memory. */
const FLOOD = 1_500_000;

test.runIf(isNightly)('a flood of empty records with a slow Postgres is bounded in memory', async () => {
  await using pipeline = await createPipeline();
  await publishMany(pipeline, FLOOD, () => ({ key: null, value: null }));
  await slowDown(pipeline, 'dlq_events');
  await using consumer = startApp('consumer', [], { ...pipeline.environment, DLQ_LIMIT_RATIO: '0' });
  await waitForLog(consumer, /joined the group/);
  await waitForBatches(pipeline, 4);
  expect(peakBytes(consumer)).toBeLessThan(MAX_BYTES);
  expect(consumer.stderr().split('joined the group')).toHaveLength(2);
});
