import type { TopicPartition } from './admin.ts';
import { bytesOfHeaders } from './publisher.ts';
import type { KafkaRecord, OutgoingRecord, RecordHeaders } from './record.ts';

/** Where a dead letter comes from and what is wrong with it. */
export interface DeadLetterOrigin extends TopicPartition {
  /** Decimal. */
  readonly offset: string;
  readonly groupId: string;
  readonly reason: string;
  /** What is wrong, in words; never a stack, never a value of the event. */
  readonly message: string;
  /** Only of a record that Postgres refused. */
  readonly sqlstate: string | null;
  /** RFC 3339. */
  readonly failedAt: string;
  readonly redriveCount: number;
}

/** A dead letter as it was read back: the original's key, value and headers, and the origin. */
export interface ReadDeadLetter {
  readonly origin: DeadLetterOrigin;
  readonly truncated: boolean;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** The names that Kafka Connect uses for the same things where it has one (KIP-298), and ours. */
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

/** Room for the mark of a cut value, and for what the batch around the record takes. */
const HEADROOM = 200;

const ownNames: ReadonlySet<string> = new Set(Object.values(names));

/**
 * The record of the dead-letter topic: key, value and headers of the original, byte for byte, and the contract's headers.
 * Headers of ours that the original already carries (it was redriven) give way to the new ones.
 * @param maxBytes what key, value and headers may take together. A larger record is marked as truncated: its value is
 * cut, and when that is not enough the original's headers and key are left out.
 */
export function toDeadLetterRecord(
  record: Original,
  origin: DeadLetterOrigin,
  maxBytes: number,
): OutgoingRecord {
  const headers = { ...withoutOwn(record.headers), ...originHeaders(origin) };
  const whole = { key: record.key, value: record.value, headers };
  const room = maxBytes - HEADROOM - bytesAround(whole);
  if ((record.value?.length ?? 0) <= room) return whole;
  if (room >= 0) return truncate(whole, room);
  const bare = { key: null, value: record.value, headers: originHeaders(origin) };
  return truncate(bare, maxBytes - HEADROOM - bytesAround(bare));
}

type Original = Pick<KafkaRecord, 'key' | 'value' | 'headers'>;

/** What a record takes without its value. */
function bytesAround({ key, headers = {} }: Original): number {
  return bytesOfHeaders(headers) + (key?.length ?? 0);
}

function truncate({ key, value, headers }: Original, room: number): OutgoingRecord {
  const cut = value === null ? null : value.subarray(0, Math.max(0, room));
  return { key, value: cut, headers: { ...headers, [names.truncated]: 'true' } };
}

function originHeaders(origin: DeadLetterOrigin): Record<string, string> {
  return {
    [names.topic]: origin.topic,
    [names.partition]: String(origin.partition),
    [names.offset]: origin.offset,
    [names.groupId]: origin.groupId,
    [names.message]: origin.message,
    [names.reason]: origin.reason,
    ...(origin.sqlstate === null ? {} : { [names.sqlstate]: origin.sqlstate }),
    [names.failedAt]: origin.failedAt,
    [names.redriveCount]: String(origin.redriveCount),
  };
}

/** The dead letter that a record of the dead-letter topic holds, or undefined when it holds none. */
export function fromDeadLetterRecord(
  record: Pick<KafkaRecord, 'key' | 'value' | 'headers'>,
): ReadDeadLetter | undefined {
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

/** The original of a dead letter as it is sent to its topic once more: byte for byte, and with one more redrive counted. */
export function toRedrivenRecord(record: Original, redriveCount: number): OutgoingRecord {
  const headers = { ...withoutOwn(record.headers), [names.redriveCount]: String(redriveCount) };
  return { key: record.key, value: record.value, headers };
}

/** How often a record has been redriven: what its header says, 0 when it says nothing sensible. */
export function redriveCountOf(headers: RecordHeaders | undefined): number {
  const text = headerText(headers, names.redriveCount) ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

function headerText(headers: RecordHeaders | undefined, name: string): string | undefined {
  const value = headers !== undefined && Object.hasOwn(headers, name) ? headers[name] : undefined;
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined || last === null ? undefined : last.toString();
}

function withoutOwn(headers: RecordHeaders = {}): RecordHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownNames.has(name)));
}
