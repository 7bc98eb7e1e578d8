import type { Database, Sql } from '../client/connect.ts';
import type { AsJson } from './as-json.ts';

/** The value of a key in a time bucket. */
export interface RollupValue {
  /** Start of the bucket: RFC 3339, UTC. */
  readonly bucket: string;
  /** The members of the key; null for all keys beyond the limit together. */
  readonly key: readonly (string | null)[] | null;
  /** An exact decimal; null if no event has a number. */
  readonly value: string | null;
  /** Number of events that count. */
  readonly events: bigint;
  /** Number of events without a number. */
  readonly leftOut: bigint;
}

/** A roll-up with its latest values. */
export interface RollupValues {
  readonly eventType: string;
  readonly name: string;
  readonly aggregate: string;
  /** Names of the members of its keys. */
  readonly by: readonly string[];
  readonly bucketMinutes: number;
  readonly keys: number;
  readonly keyLimit: number;
  /** Whether stored events are still being added; then it has no values yet. */
  readonly isFilling: boolean;
  /** The oldest first. */
  readonly values: readonly RollupValue[];
}

/** Number of values of a roll-up that are read, the latest ones. */
const MAX_VALUES = 5_000;

/**
 * Reads the roll-ups in the order of their types and names.
 * @param buckets number of the latest buckets with events, up to now
 */
export async function readRollups(database: Database, buckets: number): Promise<readonly RollupValues[]> {
  const rows = await database.run((sql) => sql<AsJson<RollupValues>[]>`${selectRollups(sql, buckets)}`);
  return rows.map(toRollup);
}

/** Selects the roll-ups with their values in the latest `buckets`. */
export function selectRollups(sql: Sql, buckets: number) {
  return sql`
    select event_type as "eventType", name, aggregate, bucket_minutes as "bucketMinutes", key_limit as "keyLimit",
           array_to_json(array(select one ->> 'name' from jsonb_array_elements(dimensions) with ordinality as every (one, n)
                               order by n)) as by,
           (select count(*)::int from pipeline.rollup_keys where rollup_keys.rollup_id = rollups.rollup_id) as keys,
           status = 'backfilling' as "isFilling",
           coalesce((
             select json_agg(json_build_object(
               'bucket', to_char(bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'key', key,
               'value', case aggregate when 'count' then event_count::text else trim_scale(value)::text end,
               'events', event_count::text, 'leftOut', left_out::text) order by bucket, key_id)
             from (
               select * from pipeline.rollup_values as total left join pipeline.rollup_keys using (rollup_id, key_id)
               where total.rollup_id = rollups.rollup_id and bucket in (
                 select distinct bucket from pipeline.rollup_values as latest
                 where latest.rollup_id = rollups.rollup_id and bucket <= now() order by bucket desc limit ${buckets})
               order by bucket desc, event_count desc limit ${MAX_VALUES}
             ) as latest_values), '[]') as values
    from (
      select distinct on (event_type, name) * from pipeline.rollups where status <> 'retired'
      order by event_type, name, status
    ) as rollups
    order by event_type, name`;
}

/** A roll-up that is being filled has incomplete values, which are not shown. */
export function toRollup(row: AsJson<RollupValues>): RollupValues {
  const values = row.values.map((one) => ({
    ...one,
    events: BigInt(one.events),
    leftOut: BigInt(one.leftOut),
  }));
  return { ...row, values: row.isFilling ? [] : values };
}
