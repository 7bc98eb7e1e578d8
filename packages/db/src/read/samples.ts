import type { Database, Sql } from '../client/connect.ts';

/** Percentiles of the time from `event_time` to storage, in seconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Measurements of a pipeline at one time; null means unknown. */
export interface StatsSample {
  readonly atMs: number;
  readonly stored: bigint;
  readonly openDeadLetters: bigint;
  readonly lag: bigint | null;
  /** Sum of the partitions' end offsets. */
  readonly end: bigint | null;
  readonly secondsBehind: number | null;
  readonly latency: Latency | null;
}

/** Identifies a pipeline. */
export interface PipelineName {
  readonly topic: string;
  readonly groupId: string;
}

/** One sample is kept per slot of this length. */
export const SLOT_SECONDS = 10;
const KEPT_HOURS = 24;

/** Stores a sample unless its slot already has one, and removes samples older than 24 hours. */
export async function keepSample(
  database: Database,
  { topic, groupId }: PipelineName,
  { atMs, stored, openDeadLetters, lag, end, secondsBehind, latency }: StatsSample,
): Promise<void> {
  const at = (sql: Sql) => sql`${new Date(atMs).toISOString()}::timestamptz`;
  await database.run(
    (sql) => sql`
      with expired as (delete from pipeline.stats_samples where slot < ${at(sql)} - make_interval(hours => ${KEPT_HOURS}))
      insert into pipeline.stats_samples (slot, topic, group_id, taken_at, stored, open_dead_letters, lag, log_end, seconds_behind,
                                 p50_seconds, p95_seconds, p99_seconds)
      values (date_bin(make_interval(secs => ${SLOT_SECONDS}), ${at(sql)}, 'epoch'), ${topic}, ${groupId}, ${at(sql)},
              ${stored}, ${openDeadLetters}, ${lag}, ${end}, ${secondsBehind},
              ${latency?.p50 ?? null}, ${latency?.p95 ?? null}, ${latency?.p99 ?? null})
      on conflict do nothing`,
  );
}

/** The last `minutes`, in steps of `stepSeconds`. */
export interface HistoryRange {
  readonly minutes: number;
  readonly stepSeconds: number;
}

/** The last sample of a step. */
export interface StepSample extends StatsSample {
  /** Maximum lag within the step, so that no peak is lost. */
  readonly mostLag: bigint | null;
}

/** Reads the last sample of each step, oldest first. */
export async function readSamples(
  database: Database,
  { topic, groupId }: PipelineName,
  { minutes, stepSeconds }: HistoryRange,
): Promise<readonly StepSample[]> {
  const rows = await database.run(
    (sql) => sql<SampleRow[]>`
      select distinct on (step) extract(epoch from taken_at)::float8 * 1000 as "atMs", stored,
             open_dead_letters as "openDeadLetters", max(lag) over (partition by step) as "mostLag", lag,
             log_end as "end", seconds_behind as "secondsBehind", p50_seconds as p50, p95_seconds as p95, p99_seconds as p99
      from (select *, date_bin(make_interval(secs => ${stepSeconds}), slot, 'epoch') as step from pipeline.stats_samples
            where slot > now() - make_interval(mins => ${minutes}) and topic = ${topic} and group_id = ${groupId}) as sample
      order by step, taken_at desc`,
  );
  return rows.map(toSample);
}

type SampleRow = Omit<StepSample, 'latency'> & { readonly [Name in keyof Latency]: number | null };

function toSample({ p50, p95, p99, ...sample }: SampleRow): StepSample {
  const isKnown = p50 !== null && p95 !== null && p99 !== null;
  return { ...sample, latency: isKnown ? { p50, p95, p99 } : null };
}
