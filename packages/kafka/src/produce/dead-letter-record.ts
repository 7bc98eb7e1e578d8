import type { EncodedRecord, KafkaRecord, RecordHeader, RecordHeaders } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { encodeHeaders, type HeaderRun, joinHeaders } from './encode-headers.ts';

/** The original position of a dead letter and its error. */
export interface DeadLetterOrigin extends TopicPartition {
  /** Decimal. */
  readonly offset: string;
  readonly groupId: string;
  readonly reason: string;
  /** The error message; never contains a stack or a value of the event. */
  readonly message: string;
  /** Null unless Postgres rejected the record. */
  readonly sqlstate: string | null;
  /** RFC 3339. */
  readonly failedAt: string;
  readonly redriveCount: number;
}

/** A dead letter read from its topic: the original's key, value and headers, and the origin. */
interface ReadDeadLetter {
  readonly origin: DeadLetterOrigin;
  readonly truncated: boolean;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** Header names: Kafka Connect's where it defines one (KIP-298), otherwise our own. */
const names = {
  topic: '__dlq.errors.topic',
  partition: '__dlq.errors.partition',
  offset: '__dlq.errors.offset',
  groupId: '__dlq.errors.group',
  message: '__dlq.errors.message',
  reason: 'dlq.reason',
  sqlstate: 'dlq.sqlstate',
  failedAt: 'dlq.failed_at',
  redriveCount: 'dlq.redrive_count',
  truncated: 'dlq.truncated',
} as const;

/** Header of a redriven record: `TOPIC:PARTITION:OFFSET:TIMESTAMP`. Read by `@pipeline/schema`. */
const ORIGIN = 'dlq.origin';

/** Reserved for the `dlq.truncated` header and the overhead of the record batch. */
const HEADROOM = 200;

const ownNames: ReadonlySet<string> = new Set(Object.values(names));

/** What the dead letters of a batch have in common. */
export type DeadLetterBatch = Pick<DeadLetterOrigin, 'topic' | 'partition' | 'groupId' | 'failedAt'>;

/** Why a record is a dead letter. */
interface DeadLetterError extends Pick<DeadLetterOrigin, 'reason' | 'sqlstate' | 'redriveCount'> {
  /** The message of `DeadLetterOrigin`. */
  readonly detail: string;
}

type Original = Pick<KafkaRecord, 'key' | 'value' | 'headers'>;

/** Creates the record of a dead letter for its topic. */
export type ToDeadLetterRecord = (
  record: Original & Pick<KafkaRecord, 'offset'>,
  error: DeadLetterError,
) => EncodedRecord;

/**
 * The records for the dead-letter topic: key, value and headers of the original, byte for byte, plus the DLQ
 * headers, which replace those of an earlier failure. The headers that records have in common are encoded once.
 * @param maxBytes maximum size of key, value and headers together. A larger record is marked as truncated:
 * its value is cut, and if that is not enough, the original's headers and key are dropped.
 */
export function createDeadLetterRecords(batch: DeadLetterBatch, maxBytes: number): ToDeadLetterRecord {
  const { topic, partition } = batch;
  const position = encodeHeaders([
    [names.topic, topic],
    [names.partition, String(partition)],
  ]);
  let last: { readonly error: DeadLetterError; readonly run: HeaderRun } | undefined;
  return ({ key, value, headers, offset }, error) => {
    if (last === undefined || !isSame(last.error, error)) last = { error, run: errorHeaders(batch, error) };
    const own = [position, encodeHeaders([[names.offset, offset]]), last.run];
    const kept = withoutOwn(headers);
    const whole = { key, value, headers: joinHeaders(kept.length > 0 ? [encodeHeaders(kept), ...own] : own) };
    const room = roomFor(whole, maxBytes);
    if ((value?.length ?? 0) <= room) return whole;
    if (room >= 0) return truncate(whole, room, [encodeHeaders(kept), ...own]);
    const bare = { key: null, value, headers: joinHeaders(own) };
    return truncate(bare, roomFor(bare, maxBytes), own);
  };
}

/** Bytes that are left for the value. */
function roomFor({ key, headers }: EncodedRecord, maxBytes: number): number {
  return maxBytes - HEADROOM - headers.length - (key?.length ?? 0);
}

const truncated = encodeHeaders([[names.truncated, 'true']]);

function truncate({ key, value }: EncodedRecord, room: number, headers: readonly HeaderRun[]): EncodedRecord {
  const cut = value === null ? null : value.subarray(0, Math.max(0, room));
  return { key, value: cut, headers: joinHeaders([...headers, truncated]) };
}

/** Most dead letters of a batch have the same error as the one before. */
function isSame(one: DeadLetterError, other: DeadLetterError): boolean {
  return (
    one.detail === other.detail &&
    one.reason === other.reason &&
    one.sqlstate === other.sqlstate &&
    one.redriveCount === other.redriveCount
  );
}

function errorHeaders(
  { groupId, failedAt }: DeadLetterBatch,
  { detail, reason, sqlstate, redriveCount }: DeadLetterError,
): HeaderRun {
  return encodeHeaders([
    [names.groupId, groupId],
    [names.message, detail],
    [names.reason, reason],
    ...(sqlstate === null ? [] : [[names.sqlstate, sqlstate] as const]),
    [names.failedAt, failedAt],
    [names.redriveCount, String(redriveCount)],
  ]);
}

/** Reads a record of the dead-letter topic; undefined if it lacks the DLQ headers. */
export function fromDeadLetterRecord(record: Original): ReadDeadLetter | undefined {
  const read = (name: keyof typeof names) => headerText(record.headers, names[name]);
  const [topic, partition, offset, reason] = [
    read('topic'),
    read('partition'),
    read('offset'),
    read('reason'),
  ];
  if (topic === undefined || partition === undefined || offset === undefined || reason === undefined)
    return undefined;
  const origin = {
    topic,
    partition: Number(partition),
    offset,
    reason,
    groupId: read('groupId') ?? '',
    message: read('message') ?? '',
    sqlstate: read('sqlstate') ?? null,
    failedAt: read('failedAt') ?? '',
    redriveCount: redriveCountOf(record.headers),
  };
  const { key, value } = record;
  return { origin, truncated: read('truncated') === 'true', key, value, headers: withoutOwn(record.headers) };
}

/** The position and timestamp of a record when it was first read. */
export interface RecordOrigin extends TopicPartition {
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
}

/**
 * The record to redrive: the original, byte for byte, with its redrive count and its origin, which event ids may
 * be derived from. A record that was redriven before keeps its first origin.
 */
export function toRedrivenRecord(record: Original, origin: RecordOrigin, redriveCount: number): Original {
  const kept = withoutOwn(record.headers);
  const first = headerText(kept, ORIGIN) === undefined ? [write(origin)] : [];
  const count: RecordHeader = [names.redriveCount, String(redriveCount)];
  return { key: record.key, value: record.value, headers: [...kept, ...first, count] };
}

function write({ topic, partition, offset, timestamp }: RecordOrigin): RecordHeader {
  return [ORIGIN, [topic, partition, offset, timestamp].join(':')];
}

/** Number of times that a record was redriven; 0 if its header is missing or invalid. */
export function redriveCountOf(headers: RecordHeaders | undefined): number {
  const text = headerText(headers, names.redriveCount) ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

/** The last value of a header. */
function headerText(headers: RecordHeaders = [], wanted: string): string | undefined {
  return headers.findLast(([name]) => name === wanted)?.[1]?.toString();
}

function withoutOwn(headers: RecordHeaders = []): RecordHeaders {
  return headers.filter(([name]) => typeof name !== 'string' || !ownNames.has(name));
}
