/// <reference path="../patched-kafkajs.d.ts" />
/// <reference path="../untyped-libraries.d.ts" />
import kafkajs, { type PatchedAdmin } from 'kafkajs';
import Batch from 'kafkajs/src/consumer/batch.js';
import { registerCodecs } from '../client/codecs.ts';
import type { KafkaRecord } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { TailOptions } from './tail-options.ts';

/** Offsets of a partition from `start` to before `end`. */
interface Range extends TopicPartition {
  readonly start: bigint;
  readonly end: bigint;
}

/** The requests that are sent. */
type Reader = Pick<PatchedAdmin, 'fetchTopicOffsets' | 'withLeader'>;

const FETCH_MAX_BYTES = 1 << 20;

/**
 * Reads the last records of some topics, those that a consumer would get: without transaction markers and aborted
 * transactions. Joins no group and commits nothing, so the right to read the topics is enough. Partitions have
 * equal shares; what a short one leaves is divided among the others.
 * @throws kafkajs's error, also for a batch that cannot be read
 */
export async function readTail<Value>(
  admin: Reader,
  { topics, count, limits, read }: TailOptions<Value>,
): Promise<readonly Value[]> {
  registerCodecs(limits);
  const logs = (await Promise.all(topics.map((topic) => fetchRanges(admin, topic)))).flat();
  const sizes = logs.map(({ start, end }) => Number(end - start));
  const shares = shareOut(count, sizes);
  const tails: (readonly Value[])[] = [];
  for (const [index, log] of logs.entries())
    tails.push(await readLast(admin, log, shares[index] ?? 0, (record) => read(record, log)));
  return tails.flat();
}

async function fetchRanges(admin: Reader, topic: string): Promise<readonly Range[]> {
  const logs = await admin.fetchTopicOffsets(topic);
  return logs
    .map(({ partition, low, offset }) => ({ topic, partition, start: BigInt(low), end: BigInt(offset) }))
    .sort((a, b) => a.partition - b.partition);
}

/** Divides `count` as equally as the sizes allow; the shares are in the order of the sizes. */
export function shareOut(count: number, sizes: readonly number[]): readonly number[] {
  const shares = sizes.map(() => 0);
  const smallestFirst = [...sizes.entries()].sort(([, a], [, b]) => a - b);
  let rest = count;
  for (const [place, [index, size]] of smallestFirst.entries()) {
    const share = Math.min(size, Math.ceil(rest / (sizes.length - place)));
    shares[index] = share;
    rest -= share;
  }
  return shares;
}

/** Offsets may hold no record, so this looks further and further back until it has enough. */
async function readLast<Value>(
  admin: Reader,
  log: Range,
  count: number,
  read: (record: KafkaRecord) => Value,
): Promise<readonly Value[]> {
  let values: readonly Value[] = [];
  let span = BigInt(count);
  for (let end = log.end; end > log.start && values.length < count; span *= 2n) {
    const start = highest(log.start, end - span);
    const before = await readRange(admin, { ...log, start, end }, read);
    values = before.slice(values.length - count).concat(values);
    end = start;
  }
  return values;
}

async function readRange<Value>(
  admin: Reader,
  { end, ...range }: Range,
  read: (record: KafkaRecord) => Value,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let next = range.start; next < end; ) {
    const batch = await fetchBatch(admin, range, next);
    if (batch.unreadable !== undefined) throw unreadable(batch.unreadable);
    for (const record of batch.messages) if (BigInt(record.offset) < end) values.push(read(record));
    const reached = BigInt(batch.lastOffset()) + 1n;
    // The log has been truncated since its end was read.
    if (reached <= next) break;
    next = reached;
  }
  return values;
}

async function fetchBatch(
  admin: Reader,
  { topic, partition }: TopicPartition,
  offset: bigint,
): Promise<Batch<KafkaRecord>> {
  const fetchOffset = String(offset);
  const partitions = [{ partition, fetchOffset, maxBytes: FETCH_MAX_BYTES }];
  const fetch = { replicaId: -1, isolationLevel: 1, maxWaitTime: 0, maxBytes: FETCH_MAX_BYTES };
  const { responses } = await admin.withLeader({ topic, partition }, (broker) =>
    broker.fetch({ ...fetch, topics: [{ topic, partitions }] }),
  );
  const [fetched] = responses.flatMap((response) => response.partitions);
  if (fetched === undefined)
    throw new kafkajs.KafkaJSError(`the leader of ${topic}/${partition} sent nothing`);
  return new Batch(topic, fetchOffset, fetched);
}

function unreadable(batch: NonNullable<Batch<KafkaRecord>['unreadable']>): Error {
  return Object.assign(new kafkajs.KafkaJSNonRetriableError(batch.reason), { unreadable: batch });
}

function highest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
