import type { Database } from '../connect.ts';

/** A table that holds rows of `raw_events`: itself, or one of its partitions. */
export interface Leaf {
  /** Quoted where it must be. */
  readonly name: string;
  /** Of 8 kB each. */
  readonly blocks: number;
  /** All its ids are below this one; null for the table itself and for the partition of all other ids. */
  readonly belowId: string | null;
}

/** The tables that hold the rows of `raw_events`. @throws the driver's error */
export async function readLeaves(database: Database): Promise<readonly Leaf[]> {
  return await database.run(
    (sql) => sql<Leaf[]>`
      select oid::regclass::text as name,
             (pg_relation_size(oid) / current_setting('block_size')::bigint)::int as blocks,
             substring(pg_get_expr(relpartbound, oid) from $$TO \\('(.*)'\\)$$) as "belowId"
      from pg_class
      where relkind = 'r' and oid in (select 'raw_events'::regclass union select relid from pg_partition_tree('raw_events'))
      order by 1`,
  );
}
