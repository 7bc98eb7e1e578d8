import type { Database } from '../client/connect.ts';

/** What the purges have removed. */
export interface PurgedRows {
  /** Number of events by the limit of the purge, in microseconds since 1970; in any order. */
  readonly events: readonly { readonly before: bigint; readonly rows: bigint }[];
  /** Number of dead letters by partition. */
  readonly deadLetters: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly rows: bigint;
  }[];
}

/** Reads how many rows all purges have removed. */
export async function readPurgedRows(database: Database): Promise<PurgedRows> {
  const events = await database.run(
    (sql) => sql<PurgedRows['events'][number][]>`
      select (extract(epoch from before) * 1000000)::bigint as before, sum(row_count)::bigint as rows
      from pipeline.purges join pipeline.purged_rows using (purge_id) where table_name = 'raw_events' group by 1`,
  );
  const deadLetters = await database.run(
    (sql) => sql<PurgedRows['deadLetters'][number][]>`
      select topic, partition, sum(row_count)::bigint as rows
      from pipeline.purged_rows where table_name = 'dlq_events' group by 1, 2`,
  );
  return { events, deadLetters };
}
