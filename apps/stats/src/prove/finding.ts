import type { StoredDeadLetter } from '@pipeline/db/prove';
import type { TopicPartition } from '@pipeline/kafka';

/** What a proof reports, without the content of records. */
export interface Finding {
  /**
   * `missing`: neither an event nor a dead letter. `different`: stored with other content. `unaccounted`: a row that
   * no record accounts for.
   */
  readonly kind: 'missing' | 'different' | 'unaccounted';
  /** `TOPIC:PARTITION:OFFSET`; null for an event without a record. */
  readonly record: string | null;
  readonly eventId: string | null;
  /** What is wrong, in words. */
  readonly detail: string;
}

/** Maximum number of findings and of duplicates in a receipt. */
export const MAX_LISTED = 100;

/** `TOPIC:PARTITION:OFFSET`. */
export function placeOf({ topic, partition }: TopicPartition, offset: bigint | string): string {
  return `${topic}:${partition}:${offset}`;
}

/** A dead letter that no record accounts for. */
export function toStray(
  place: TopicPartition,
  { id, offset }: Pick<StoredDeadLetter, 'id' | 'offset'>,
): Finding {
  const record = placeOf(place, offset);
  return { kind: 'unaccounted', record, eventId: null, detail: `dead letter ${id}` };
}
