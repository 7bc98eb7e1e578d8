import type { Place, SourceRecord } from '../envelopes/envelope.ts';
import { headerText } from '../envelopes/header-text.ts';

/** The coordinates of a record when it was first read. */
export interface Origin extends Place {
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
}

/** Headers with which a redrive republishes a record, so that its derived event id stays the same. */
export const originHeaders = {
  topic: 'dlq.origin.topic',
  partition: 'dlq.origin.partition',
  offset: 'dlq.origin.offset',
  timestamp: 'dlq.origin.timestamp',
} as const;

/** The original coordinates of a redriven record, or the record's own. */
export function originOf(record: SourceRecord, place: Place): Origin {
  const { offset = '', timestamp = '', headers } = record;
  const own = { ...place, offset, timestamp };
  if (headers === undefined || headers.length === 0) return own;
  const topic = headerText(headers, originHeaders.topic);
  const partition = headerText(headers, originHeaders.partition);
  const original = {
    offset: headerText(headers, originHeaders.offset),
    timestamp: headerText(headers, originHeaders.timestamp),
  };
  if (topic === undefined || partition === undefined) return own;
  if (original.offset === undefined || original.timestamp === undefined) return own;
  return { topic, partition: Number(partition), offset: original.offset, timestamp: original.timestamp };
}
