import type { Place, SourceRecord } from '../envelopes/envelope.ts';
import { headerText } from '../envelopes/header-text.ts';

/** The coordinates of a record when it was first read. */
export interface Origin extends Place {
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
}

/** The header with which a redrive keeps them: `TOPIC:PARTITION:OFFSET:TIMESTAMP`. Written by `@pipeline/kafka`. */
const ORIGIN = 'dlq.origin';

const format = /^([\w.-]{1,249}):(\d{1,10}):(\d{1,19}):(-?\d{1,19})$/;

/** The original coordinates of a redriven record, or a record's own. */
export function originOf(record: SourceRecord, { topic, partition }: Place): Origin {
  const { offset = '', timestamp = '', headers } = record;
  const [, ...original] = format.exec(headerText(headers, ORIGIN) ?? '') ?? [];
  if (original.length === 0) return { topic, partition, offset, timestamp };
  const [firstTopic = '', firstPartition, firstOffset = '', firstTimestamp = ''] = original;
  return {
    topic: firstTopic,
    partition: Number(firstPartition),
    offset: firstOffset,
    timestamp: firstTimestamp,
  };
}
