import type { Database } from '../client/connect.ts';

/** A table that stores rows of `raw_events`: the table itself, or one of its partitions. */
export interface Leaf {
  /** With its schema, quoted if necessary. */
  readonly name: string;
  /** Size in blocks of 8 kB. */
  readonly blocks: number;
  /** Exclusive upper bound of its ids; null for the table itself and for the default partition. */
  readonly belowId: string | null;
}

/** Reads the tables that store the rows of `raw_events`. @throws the driver's error */
export async function readLeaves(database: Database): Promise<readonly Leaf[]> {
  return await database.run(
    (sql) => sql<Leaf[]>`
      select relnamespace::regnamespace || '.' || quote_ident(relname) as name,
             (pg_relation_size(oid) / current_setting('block_size')::bigint)::int as blocks,
             substring(pg_get_expr(relpartbound, oid) from $$TO \\('(.*)'\\)$$) as "belowId"
      from pg_class
      where relkind = 'r' and oid in (select 'pipeline.raw_events'::regclass
                                      union select relid from pg_partition_tree('pipeline.raw_events'))
      order by 1`,
  );
}
