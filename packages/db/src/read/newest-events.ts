import type { Database } from '../client/connect.ts';
import { dayAfter } from '../maintenance/day.ts';
import { type Leaf, readLeaves } from '../maintenance/leaves.ts';
import type { Latency } from './samples.ts';

/** A recently stored event, without user and payload. */
export interface NewestEvent {
  readonly eventId: string;
  readonly eventType: string;
  /** RFC 3339, UTC. */
  readonly eventTime: string;
  /** RFC 3339, UTC. */
  readonly storedAt: string;
}

/** The newest events and their latency. */
export interface Newest {
  /** Newest first. */
  readonly events: readonly NewestEvent[];
  /** Null if no event was stored in the last minute. */
  readonly latency: Latency | null;
}

/** Pages read per table: some thousands of events. */
const PAGES = 64;
const SECONDS = 60;

/**
 * Reads up to `most` of the newest events, and the latency of the last minute. Reads only the last pages of
 * the table, where new rows are appended. After deletes, Postgres may reuse earlier pages, and such rows are
 * missed. Skips partitions of days before yesterday.
 */
export async function readNewest(database: Database, most: number): Promise<Newest> {
  const leaves = (await readLeaves(database)).filter((leaf) => leaf.blocks > 0 && !isOld(leaf));
  if (leaves.length === 0) return { events: [], latency: null };
  const [row] = await database.run((sql) => sql.unsafe<NewestRow[]>(newestText(leaves, most)));
  if (row === undefined) throw new Error('Postgres returned no row');
  const [p50, p95, p99] = row.quantiles ?? [];
  const isKnown = p50 !== undefined && p95 !== undefined && p99 !== undefined;
  return { events: row.events, latency: isKnown ? { p50, p95, p99 } : null };
}

/** Whether a partition is of a day before yesterday. Future days are read, because clocks may be ahead. */
function isOld({ name }: Leaf): boolean {
  const day = /_(\d{8})$/.exec(name)?.[1];
  return day !== undefined && day < dayAfter(new Date(), -1).name;
}

interface NewestRow {
  readonly events: readonly NewestEvent[];
  readonly quantiles: readonly number[] | null;
}

function newestText(leaves: readonly Leaf[], most: number): string {
  const lastPages = leaves.map(
    ({ name, blocks }) => `select event_id, event_type, event_time, ingested_at from ${name}
      where ctid >= '(${Math.max(0, blocks - PAGES)},0)' and ingested_at > now() - interval '${SECONDS} s'`,
  );
  const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return `
    with newest as materialized (${lastPages.join(' union all ')})
    select (select coalesce(json_agg(one), '[]') from (
              select event_id as "eventId", left(event_type, 200) as "eventType",
                     ${time('event_time')} as "eventTime", ${time('ingested_at')} as "storedAt"
              from newest order by ingested_at desc, event_time desc, event_id limit ${most}) as one) as events,
           (select to_json(percentile_cont(array[0.5, 0.95, 0.99]) within group
                     (order by extract(epoch from ingested_at - event_time)::float8)) from newest) as quantiles`;
}
