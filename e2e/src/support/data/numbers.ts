import type { Database } from '@pipeline/db';

/** What `stats --json` and the page show, as far as the tables alone determine it. */
export interface Numbers {
  readonly events: Readonly<Record<'stored' | 'duplicates' | 'deadLettered' | 'skipped', string>>;
  /** Open dead letters. */
  readonly open: string;
  /** `reason count`, sorted. */
  readonly reasons: readonly string[];
  /** `minute type count`, sorted. */
  readonly minutes: readonly string[];
  /** `topic/partition offset`, sorted. */
  readonly partitions: readonly string[];
}

/** The numbers by SQL that is independent of the implementation. */
export async function queryNumbers(database: Database): Promise<Numbers> {
  const [row] = await database.run(
    (sql) => sql<Numbers[]>`
      select json_build_object(
               'stored', (select count(*)::text from pipeline.raw_events), 'duplicates', sum(duplicates)::text,
               'deadLettered', (select count(*)::text from pipeline.dlq_events), 'skipped', sum(skipped)::text) as events,
             (select count(*)::text from pipeline.dlq_events where status = 'open') as open,
             to_json(array(select reason || ' ' || count(*) from pipeline.dlq_events where status = 'open'
                   group by reason order by 1)) as reasons,
             to_json(array(select to_char(date_trunc('minute', event_time at time zone 'utc'), 'YYYY-MM-DD"T"HH24:MI:SS"Z" ')
                          || event_type || ' ' || count(*)
                   from pipeline.raw_events group by date_trunc('minute', event_time at time zone 'utc'), event_type
                   order by 1)) as minutes,
             json_agg(topic || '/' || partition || ' ' || next_offset order by topic, partition) as partitions
      from pipeline.ingest_progress`,
  );
  if (row === undefined) throw new Error('Postgres returned no row');
  return row;
}

/** The numbers in a document of `stats --json` or `/api/stats`. */
export function parseNumbers(text: string): Numbers {
  const { events, deadLetters, minutes, partitions } = JSON.parse(text) as Document;
  return {
    events,
    open: deadLetters.open,
    reasons: deadLetters.groups.map(({ reason, count }) => `${reason} ${count}`).sort(),
    minutes: minutes.map(({ minute, eventType, count }) => `${minute} ${eventType} ${count}`).sort(),
    partitions: partitions.map(
      ({ topic, partition, currentOffset }) => `${topic}/${partition} ${currentOffset}`,
    ),
  };
}

/** The documented shape, as far as it is read here. */
interface Document {
  readonly events: Numbers['events'];
  readonly deadLetters: {
    readonly open: string;
    readonly groups: readonly { readonly reason: string; readonly count: string }[];
  };
  readonly minutes: readonly {
    readonly minute: string;
    readonly eventType: string;
    readonly count: string;
  }[];
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly currentOffset: string | null;
  }[];
}
