import { type DeadLetter, headersToJson } from '../dead-letters/dead-letter.ts';
import { part, text } from '../statement/part.ts';
import type { ParameterValues } from '../statement/prepared.ts';
import type { Batch } from './batch.ts';
import { plainArray, textArray } from './columns/array-literal.ts';
import type { StatementForm } from './insert-form.ts';
import { recordTime } from './record-time.ts';

const selectDeadLetters = part`unnest(${'deadOffsets'}::bigint[], ${'deadTimes'}::bigint[], ${'deadKeys'}::text[], ${'deadValues'}::text[],
                  ${'deadHeaders'}::jsonb[], ${'deadEventTypes'}::text[], ${'deadReasons'}::text[],
                  ${'deadDetails'}::text[], ${'deadSqlstates'}::text[], ${'deadRedriveCounts'}::int[])
             as incoming (source_offset, timestamp_ms, key_base64, value_base64, headers, event_type, reason, detail, sqlstate, redrive_count)`;

/** A condition: dead letters are stored at the offsets of those of a batch. */
export const hasDeadLetters = part`exists (
        select from pipeline.dlq_events
        where source_topic = ${'topic'} and source_partition = ${'partition'}
          and source_offset between ${'firstDeadOffset'} and ${'lastDeadOffset'})`;

/**
 * Inserts the dead letters of a batch, and returns a row for each. Keeps stored ones unchanged: an operator may already
 * have handled them. Without the topic's id, a record with the same position and content counts as the same; the unique
 * index is for concurrent writers, and fails the plain form. Looks for each of them only if there are any at these
 * offsets, which is rare. Requires `ledger` and `in_step`.
 */
export function insertDeadLetters(form: StatementForm) {
  return part`
      insert into pipeline.dlq_events (source_topic, source_partition, source_offset, source_timestamp, source_topic_id, key, value,
                              headers, event_type, reason, detail, sqlstate, redrive_count)
      select ${'topic'}, ${'partition'}::int, source_offset, source_timestamp, topic_id, key, value,
             headers, event_type, reason, detail, sqlstate, redrive_count
      from ${selectDeadLetters},
           lateral (select timestamptz 'epoch' + timestamp_ms * interval '1 ms' as source_timestamp,
                           decode(key_base64, 'base64') as key, decode(value_base64, 'base64') as value) as decoded,
           (select topic_id from ledger) as opened
      where exists (select from in_step) and (not (select ${hasDeadLetters}) or not exists (
        select from pipeline.dlq_events as stored
        where stored.source_topic = ${'topic'} and stored.source_partition = ${'partition'}
          and stored.source_offset = incoming.source_offset and stored.source_timestamp = decoded.source_timestamp
          and coalesce(stored.source_topic_id = opened.topic_id, true)
          and stored.key is not distinct from decoded.key and stored.value is not distinct from decoded.value))
      order by source_offset
      ${text(form === 'plain' ? '' : 'on conflict do nothing')}
      returning 1`;
}

interface DeadLettered {
  readonly batch: Pick<Batch, 'deadLetters'>;
}

/** The offsets of `hasDeadLetters`. */
export const deadOffsetParameters: ParameterValues<
  'firstDeadOffset' | 'lastDeadOffset',
  DeadLettered,
  bigint
> = {
  firstDeadOffset: ({ batch }) => BigInt(batch.deadLetters[0]?.record.offset ?? 0),
  lastDeadOffset: ({ batch }) => BigInt(batch.deadLetters.at(-1)?.record.offset ?? 0),
};

/** The values of the parameters of `insertDeadLetters` but the partition. */
export const deadLetterParameters: ParameterValues<
  (typeof selectDeadLetters.names)[number] | keyof typeof deadOffsetParameters,
  DeadLettered
> = {
  ...deadOffsetParameters,
  deadOffsets: plain(({ record }) => record.offset),
  deadTimes: plain(({ record }) => recordTime(record)),
  deadKeys: texts(({ record }) => base64(record.key)),
  deadValues: texts(({ record }) => base64(record.value)),
  deadHeaders: texts(({ record }) => headersToJson(record.headers)),
  deadEventTypes: texts(({ eventType }) => eventType),
  deadReasons: texts(({ reason }) => reason),
  deadDetails: texts(({ detail }) => detail),
  deadSqlstates: texts(({ sqlstate }) => sqlstate),
  deadRedriveCounts: plain(({ redriveCount }) => String(redriveCount)),
};

function plain(field: (deadLetter: DeadLetter) => string) {
  return ({ batch }: DeadLettered) => plainArray(batch.deadLetters.map(field));
}

function texts(field: (deadLetter: DeadLetter) => string | null) {
  return ({ batch }: DeadLettered) => textArray(batch.deadLetters.map(field));
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}
