import { minuteText } from '../minute-text.ts';
import type { LiteralValue } from '../statement/literals.ts';
import { type Part, part, text } from '../statement/part.ts';
import type { ParameterValues } from '../statement/prepared.ts';
import { type Batch, lastRecord, recordCount } from './batch.ts';
import { plainArray, textArray } from './columns/array-literal.ts';
import type { InsertForm } from './insert-form.ts';
import type { LedgerView } from './ledger.ts';
import { type LogTail, tailToJson } from './log-tail.ts';
import type { MinuteTypeCount } from './minute-counts.ts';
import { recordTime } from './record-time.ts';

/** A write whose counts and ledger are to be written. */
export interface Accounted {
  readonly batch: Batch;
  readonly expected: Pick<LedgerView, 'nextOffset' | 'resets'>;
  /** Of the log after the batch; undefined for a replay. */
  readonly tail: LogTail | undefined;
  /** The number of events to insert by minute and type. */
  readonly tallies: readonly MinuteTypeCount[];
}

/**
 * Expressions that write the counts and ledger of a batch. Requires `ledger`, `in_step`, and `counted` with the
 * number of inserted events by minute and type.
 * @param dead inserts the dead letters, and returns a row for each
 */
export function accountFor<Name extends string>(form: InsertForm, dead: Part<Name>) {
  return part`aggregated as (
      insert into pipeline.agg_events_minute as total (minute, event_type, event_count)
      select minute, event_type, event_count from counted order by 1, 2
      on conflict (minute, event_type) do update set event_count = total.event_count + excluded.event_count
    ), dead as (
      ${dead}
    ), gone as materialized (
      select coalesce((select sum(event_count) from counted), 0)::bigint as stored, (select count(*) from dead) as dead_lettered
    ), progress as (
      ${advanceLedger(text(form === 'tolerant' ? addConflicts : ''))}
    )`;
}

/** A replay finds none: it does not compare, or conflicts make it fail. */
const addConflicts = 'conflicting_duplicates = conflicting_duplicates + (select count(*) from conflicting),';

/** Advances the ledger past the batch. Rows stored by a replay lower `start_offset`, to keep the sum true. */
function advanceLedger(others: Part) {
  return part`
      update pipeline.ingest_progress as progress set
        next_offset = greatest(next_offset, ${'nextOffset'}),
        start_offset = start_offset - case when ${'nextOffset'} <= ${'expectedOffset'} then gone.stored + gone.dead_lettered else 0 end,
        stored = progress.stored + gone.stored,
        dead_lettered = progress.dead_lettered + gone.dead_lettered,
        duplicates = duplicates + case when ${'nextOffset'} <= ${'expectedOffset'} then 0
                                       else ${'recordCount'} - gone.stored - gone.dead_lettered end,
        ${others}
        skipped = skipped + case when ${'nextOffset'} <= ${'expectedOffset'} then 0
                                 else ${'nextOffset'} - ${'expectedOffset'} - ${'recordCount'} end,
        last_record_at = coalesce(case when ${'nextOffset'} > ${'expectedOffset'}
                                       then timestamptz 'epoch' + ${'lastTimestamp'}::bigint * interval '1 ms' end,
                                  progress.last_record_at),
        log_tail = coalesce(${'tail'}::text::jsonb, log_tail),
        updated_at = now()
      from gone
      where topic = ${'topic'} and partition = ${'partition'} and exists (select from in_step)`;
}

/** SQL for the minute of a time. */
export const minuteOf = (time: string) => text(minuteText(time));

/** Counts all events of the batch by minute and type. */
export const countAll = part`
      select timestamptz 'epoch' + minute * interval '1 minute' as minute, event_type, event_count
      from unnest(${'minutes'}::bigint[], ${'types'}::text[], ${'counts'}::bigint[]) as tallies (minute, event_type, event_count)
      where exists (select from in_step)`;

type AccountName = (ReturnType<typeof advanceLedger> | typeof countAll)['names'][number] | 'expectedResets';

/** The values of the parameters of `accountFor` and `countAll`, and those that lock the ledger. */
export const accountParameters: ParameterValues<AccountName, Accounted, LiteralValue> = {
  topic: ({ batch }) => batch.topic,
  partition: ({ batch }) => batch.partition,
  nextOffset: ({ batch }) => batch.nextOffset,
  recordCount: ({ batch }) => recordCount(batch),
  lastTimestamp: ({ batch }) => lastTimestamp(batch),
  expectedOffset: ({ expected }) => expected.nextOffset,
  expectedResets: ({ expected }) => expected.resets,
  tail: ({ tail }) => (tail ? tailToJson(tail) : null),
  minutes: ({ tallies }) => plainArray(tallies.map(({ minute }) => String(minute))),
  types: ({ tallies }) => textArray(tallies.map(({ eventType }) => eventType)),
  counts: ({ tallies }) => plainArray(tallies.map(({ count }) => String(count))),
};

/** Timestamp of the batch's last record in milliseconds since 1970; null if the batch is empty. */
function lastTimestamp(batch: Batch): string | null {
  const last = lastRecord(batch);
  return last === undefined ? null : recordTime(last);
}
