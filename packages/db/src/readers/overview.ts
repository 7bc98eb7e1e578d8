import type { Database } from '../connect.ts';
import type { AsJson } from './as-json.ts';
import { type DeadLetterGroup, selectDeadLetterGroups } from './dead-letter-groups.ts';
import { type LedgerPosition, selectLedger, toPosition } from './ledger.ts';
import { type MinuteCount, selectMinutes } from './minutes.ts';
import { selectTotals, type Totals } from './totals.ts';

/** What the tables say about the pipeline, as it stood at one moment. */
export interface Overview {
  /** When that was, by Postgres's clock, as all times here: RFC 3339, UTC. */
  readonly readAt: string;
  readonly totals: Totals;
  readonly minutes: readonly MinuteCount[];
  readonly deadLetterGroups: readonly DeadLetterGroup[];
  readonly ledger: readonly LedgerPosition[];
}

/** What to look at: the ledger of a topic, and so many of the latest minutes. */
export interface OverviewOptions {
  readonly topic: string;
  readonly minutes: number;
}

/** Reads it all in one statement, hence in one snapshot: what is counted twice is counted alike. */
export async function readOverview(
  database: Database,
  { topic, minutes }: OverviewOptions,
): Promise<Overview> {
  const [row] = await database.run(
    (sql) => sql<AsJson<Overview>[]>`
      select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "readAt",
             (select to_json(one) from (${selectTotals(sql)}) as one) as totals,
             (select coalesce(json_agg(one), '[]') from (${selectMinutes(sql, minutes)}) as one) as minutes,
             (select coalesce(json_agg(one), '[]') from (${selectDeadLetterGroups(sql)}) as one) as "deadLetterGroups",
             (select coalesce(json_agg(one), '[]') from (${selectLedger(sql, topic)}) as one) as ledger`,
  );
  if (row === undefined) throw new Error('Postgres returned no row');
  const { stored, duplicates, deadLettered, skipped, openDeadLetters } = row.totals;
  return {
    readAt: row.readAt,
    totals: {
      ...row.totals,
      stored: BigInt(stored),
      duplicates: BigInt(duplicates),
      deadLettered: BigInt(deadLettered),
      skipped: BigInt(skipped),
      openDeadLetters: BigInt(openDeadLetters),
    },
    minutes: row.minutes.map((one) => ({ ...one, count: BigInt(one.count) })),
    deadLetterGroups: row.deadLetterGroups.map((one) => ({ ...one, count: BigInt(one.count) })),
    ledger: row.ledger.map(toPosition),
  };
}
