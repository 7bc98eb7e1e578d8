import type { Database } from '../client/connect.ts';
import { type PausedPartition, selectPauses } from '../pauses/pauses.ts';
import type { AsJson } from './as-json.ts';
import {
  type DeadLetterGroup,
  type OpenDeadLetters,
  selectDeadLetterGroups,
  selectOpenByTopic,
} from './dead-letter-groups.ts';
import { type LedgerPosition, selectLedger, toPosition } from './ledger.ts';
import { type MinuteCount, selectMinutes } from './minutes.ts';
import { type RollupValues, selectRollups, toRollup } from './rollups.ts';
import { selectTotals, type Totals } from './totals.ts';
import { type KeptVerification, selectLatestVerification } from './verifications.ts';

/** The state of the pipeline according to the tables, in one snapshot. */
export interface Overview {
  /** Time of the snapshot by Postgres's clock: RFC 3339, UTC. */
  readonly readAt: string;
  readonly totals: Totals;
  readonly minutes: readonly MinuteCount[];
  /** With the values of the latest bucket. */
  readonly rollups: readonly RollupValues[];
  readonly deadLetterGroups: readonly DeadLetterGroup[];
  readonly openDeadLetters: readonly OpenDeadLetters[];
  readonly ledger: readonly LedgerPosition[];
  /** Partitions that an operator has paused. */
  readonly pauses: readonly PausedPartition[];
  /** The latest result of `stats verify`; null if there is none. */
  readonly verification: KeptVerification | null;
}

export interface OverviewOptions {
  /** The topics whose ledgers are read. */
  readonly topics: readonly string[];
  /** Number of the latest minutes with events. */
  readonly minutes: number;
}

/** Reads everything in one statement and therefore in one snapshot, so that all numbers are consistent. */
export async function readOverview(
  database: Database,
  { topics, minutes }: OverviewOptions,
): Promise<Overview> {
  const [row] = await database.run(
    (sql) => sql<AsJson<Overview>[]>`
      select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "readAt",
             (select to_json(one) from (${selectTotals(sql)}) as one) as totals,
             (select coalesce(json_agg(one), '[]') from (${selectMinutes(sql, minutes)}) as one) as minutes,
             (select coalesce(json_agg(one), '[]') from (${selectRollups(sql, 1)}) as one) as rollups,
             (select coalesce(json_agg(one), '[]') from (${selectDeadLetterGroups(sql)}) as one) as "deadLetterGroups",
             (select coalesce(json_agg(one), '[]') from (${selectOpenByTopic(sql)}) as one) as "openDeadLetters",
             (select coalesce(json_agg(one), '[]') from (${selectLedger(sql, topics)}) as one) as ledger,
             (select coalesce(json_agg(one), '[]') from (${selectPauses(sql, topics)}) as one) as pauses,
             (select to_json(one) from (${selectLatestVerification(sql)}) as one) as verification`,
  );
  if (row === undefined) throw new Error('Postgres returned no row');
  return toOverview(row);
}

function toOverview(row: AsJson<Overview>): Overview {
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
    rollups: row.rollups.map(toRollup),
    deadLetterGroups: row.deadLetterGroups.map((one) => ({ ...one, count: BigInt(one.count) })),
    openDeadLetters: row.openDeadLetters.map((one) => ({ ...one, count: BigInt(one.count) })),
    ledger: row.ledger.map(toPosition),
    pauses: row.pauses,
    verification: row.verification && {
      ...row.verification,
      events: BigInt(row.verification.events),
      differences: BigInt(row.verification.differences),
    },
  };
}
