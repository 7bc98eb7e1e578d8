import type { Settings } from '@pipeline/runtime';
import { openPool, type Sql } from '../client/connect.ts';
import type { databaseSettings } from '../client/settings.ts';
import type { PartitionName } from '../write/batch.ts';
import { BUILT_IN_IDENTITY } from '../write/identity.ts';

/** A ledger, with what a proof compares. */
export interface ProvenLedger extends PartitionName {
  readonly startOffset: bigint;
  readonly nextOffset: bigint;
  /** Records that were stored, duplicates or dead letters. */
  readonly records: bigint;
  readonly conflicts: bigint;
  readonly resets: number;
  /** Kafka's id of the topic; null if it is unknown. */
  readonly topicId: string | null;
  /** The rule by which event ids are found, as JSON. */
  readonly identity: string;
}

/** A dead letter without a record. */
interface StrayDeadLetter extends PartitionName {
  readonly id: bigint;
  readonly offset: bigint;
}

/** The tables as they were at one time. */
interface TableSnapshot {
  /** The ledgers of all topics, ordered by topic and partition. */
  readonly ledgers: readonly ProvenLedger[];
  /** The ids of all events, 16 bytes each, some thousands at a time. */
  readonly eventIds: () => AsyncIterable<Buffer>;
  /** Dead letters at offsets that no ledger accounts for, at most `limit`. */
  readonly strayDeadLetters: (limit: number) => Promise<readonly StrayDeadLetter[]>;
}

/** Runs `work` on one snapshot of the tables, on a connection of its own. @throws the driver's error */
export async function readSnapshot<Value>(
  settings: Settings<typeof databaseSettings>,
  work: (snapshot: TableSnapshot) => Promise<Value>,
): Promise<Value> {
  const pool = openPool(settings, { applicationName: 'prove', connections: 1, readOnly: true });
  try {
    const reading = pool.begin('isolation level repeatable read read only', async (transaction) => {
      // A transaction runs statements like a pool; only its type is narrower.
      const sql = transaction as unknown as Sql;
      return await work({
        ledgers: await readLedgers(sql),
        eventIds: () => readEventIds(sql),
        strayDeadLetters: (limit) => readStrayDeadLetters(sql, limit),
      });
    });
    return (await reading) as Value;
  } finally {
    await pool.end({ timeout: 2 });
  }
}

async function readLedgers(sql: Sql): Promise<readonly ProvenLedger[]> {
  return await sql<ProvenLedger[]>`
    select topic, partition, start_offset as "startOffset", next_offset as "nextOffset",
           stored + duplicates + dead_lettered as records, conflicting_duplicates as conflicts, resets,
           replace(topic_id::text, '-', '') as "topicId", coalesce(identity, ${BUILT_IN_IDENTITY}) as identity
    from pipeline.ingest_progress order by topic, partition`;
}

/** Number of pages that one query reads, of all partitions together: about a megabyte. */
const PAGES = 128;

/** An idle transaction is ended after 15 s, also if a rate limit is what it waits for. */
const KEEP_ALIVE_MS = 5_000;

/** A query for a range of pages returns its ids as one value. As rows, each would cost as much as its comparison. */
async function* readEventIds(sql: Sql): AsyncGenerator<Buffer> {
  const { pages, tables } = await measureEvents(sql);
  const step = Math.ceil(PAGES / tables);
  for (let page = 0; page < pages; page += step) {
    const [from, to] = [`(${page},0)`, `(${page + step},0)`];
    const [row] = await sql<{ ids: Buffer | null }[]>`
      select string_agg(uuid_send(event_id), '') as ids from pipeline.raw_events
      where ctid >= ${from}::tid and ctid < ${to}::tid`;
    // If a statement fails, so does the next one, which reports it.
    const timer = setInterval(() => void sql`select`.catch(() => {}), KEEP_ALIVE_MS);
    try {
      if (row?.ids) yield row.ids;
    } finally {
      clearInterval(timer);
    }
  }
}

/** The number of tables that events are in, and of pages of the largest one. Both include all rows of the snapshot. */
async function measureEvents(sql: Sql) {
  const [row] = await sql<{ pages: number; tables: number }[]>`
    select max(pg_relation_size(relid) / current_setting('block_size')::int)::float8 as pages, count(*)::int as tables
    from (select 'pipeline.raw_events'::regclass as relid
          union select relid from pg_partition_tree('pipeline.raw_events')) as found`;
  return row ?? { pages: 0, tables: 1 };
}

async function readStrayDeadLetters(sql: Sql, limit: number): Promise<readonly StrayDeadLetter[]> {
  return await sql<StrayDeadLetter[]>`
    select dlq_id as id, source_topic as topic, source_partition as partition, source_offset as "offset"
    from pipeline.dlq_events left join pipeline.ingest_progress on topic = source_topic and partition = source_partition
    where source_offset >= next_offset or next_offset is null
    order by dlq_id limit ${limit}`;
}
