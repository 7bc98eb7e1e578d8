import type { Database } from '../client/connect.ts';
import { codeOf } from '../client/errors.ts';
import type { Persist } from '../write/writer.ts';
import { dayAfter } from './day.ts';
import { type Leaf, readLeaves } from './leaves.ts';
import { runLocked } from './maintenance-lock.ts';
import { removePartitionText, removeRangeText } from './purge-sql.ts';

/** Number of removed rows. */
export interface Purged {
  readonly events: bigint;
  readonly deadLetters: bigint;
}

export interface PurgeOptions {
  /** The user, recorded in `purges`. */
  readonly by: string;
  readonly now: Date;
  /** Runs each step, and retries transient errors. */
  readonly persist: Persist;
  /** Called after each step with the share of the table that was scanned, in percent. */
  readonly onProgress?: (percent: number) => void;
  /** Stops between two steps; completed steps are kept, and the tables add up. */
  readonly signal?: AbortSignal;
}

/** Blocks of 8 kB per transaction: writers wait for about 50 ms. */
const STEP_BLOCKS = 1_000;

/**
 * Removes events with an `event_time` before the given time, resolved dead letters that failed before it, and
 * what was recorded before it about removed dead letters and about redrives that failed.
 * Each step also updates the counts and records the number of removed rows in the same transaction, so the
 * tables and the ledger add up at every moment. A partition of a past day without younger events is dropped
 * as a whole.
 * @throws the driver's error
 */
export async function purge(database: Database, before: Date, options: PurgeOptions): Promise<Purged> {
  const { by, now, persist, onProgress, signal } = options;
  const id = await persist(() => openPurge(database, before, by));
  const leaves = await persist(() => readLeaves(database));
  for (const leaf of leaves.filter((leaf) => isPast(leaf, now))) {
    signal?.throwIfAborted();
    if (await persist(() => isOlder(database, leaf, before)))
      await persist(() => runLocked(database, removePartitionText(leaf, before, id)));
  }
  await removeRows(database, before, id, options);
  await persist(() => removeDeadLetters(database, before, id));
  await persist(() => removeActions(database, before));
  await persist(() => removeEmptyCounts(database));
  onProgress?.(100);
  return await persist(() => readPurged(database, id));
}

/** Counts the rows that a purge would remove. @throws the driver's error */
export async function countPurgeable(database: Database, before: Date): Promise<Purged> {
  const [purged] = await database.run(
    (sql) => sql<Purged[]>`
      select (select count(*) from pipeline.raw_events where event_time < ${before}) as events,
             (select count(*) from pipeline.dlq_events where status <> 'open' and failed_at < ${before}) as "deadLetters"`,
  );
  return purged ?? { events: 0n, deadLetters: 0n };
}

async function openPurge(database: Database, before: Date, by: string): Promise<bigint> {
  const [opened] = await database.run(
    (sql) => sql<{ id: bigint }[]>`
      insert into pipeline.purges (before, purged_by) values (${before}, ${by}) returning purge_id as id`,
  );
  if (opened === undefined) throw new Error('Postgres returned no row');
  return opened.id;
}

async function removeRows(
  database: Database,
  before: Date,
  id: bigint,
  { persist, onProgress, signal }: PurgeOptions,
): Promise<void> {
  const leaves = await persist(() => readLeaves(database));
  const all = leaves.reduce((sum, { blocks }) => sum + blocks, 0);
  let scanned = 0;
  for (const leaf of leaves) {
    for (let from = 0; from < leaf.blocks; from += STEP_BLOCKS) {
      signal?.throwIfAborted();
      const range = { from, to: from + STEP_BLOCKS };
      await persist(() => runLocked(database, removeRangeText(leaf, range, before, id)));
      scanned += Math.min(STEP_BLOCKS, leaf.blocks - from);
      onProgress?.(Math.floor((100 * scanned) / all));
    }
  }
}

/** Whether a partition only covers past days and therefore receives no more rows. */
function isPast({ belowId }: Leaf, now: Date): boolean {
  return belowId !== null && belowId <= dayAfter(now, 0).firstId;
}

/** Checks without locks. Ignores a partition that another purge has just dropped. */
async function isOlder(database: Database, { name }: Leaf, before: Date): Promise<boolean> {
  const found = await database
    .run((sql) => sql`select from ${sql.unsafe(name)} where event_time >= ${before} limit 1`)
    .catch((error: unknown) => {
      if (codeOf(error) !== UNDEFINED_TABLE) throw error;
      return ['gone'];
    });
  return found.length === 0;
}

const UNDEFINED_TABLE = '42P01';

async function removeDeadLetters(database: Database, before: Date, id: bigint): Promise<void> {
  await database.run(
    (sql) => sql`
      with gone as (
        delete from pipeline.dlq_events where status <> 'open' and failed_at < ${before} returning source_topic, source_partition
      )
      insert into pipeline.purged_rows as purged (purge_id, table_name, topic, partition, row_count)
      select ${id}, 'dlq_events', source_topic, source_partition, count(*) from gone group by 3, 4
      on conflict (purge_id, table_name, topic, partition) do update set row_count = purged.row_count + excluded.row_count`,
  );
}

async function removeActions(database: Database, before: Date): Promise<void> {
  await database.run(
    (sql) => sql`
      delete from pipeline.dlq_actions as action where done_at < ${before}
        and (outcome = 'failed' or not exists (select from pipeline.dlq_events where dlq_id = action.dlq_id))`,
  );
}

/** A row per event type remains that was ever in a dead letter. Skips rows that a writer is updating. */
async function removeEmptyCounts(database: Database): Promise<void> {
  await database.run(
    (sql) => sql`
      delete from pipeline.agg_dead_letters where ctid = any (array(
        select ctid from pipeline.agg_dead_letters where letter_count = 0 for update skip locked))`,
  );
}

async function readPurged(database: Database, id: bigint): Promise<Purged> {
  const [purged] = await database.run(
    (sql) => sql<Purged[]>`
      select coalesce(sum(row_count) filter (where table_name = 'raw_events'), 0)::bigint as events,
             coalesce(sum(row_count) filter (where table_name = 'dlq_events'), 0)::bigint as "deadLetters"
      from pipeline.purged_rows where purge_id = ${id}`,
  );
  return purged ?? { events: 0n, deadLetters: 0n };
}
