/// <reference path="../patched-kafkajs.d.ts" />
import { highest } from '@pipeline/runtime';
import kafkajs, { type PatchedAdmin } from 'kafkajs';
import { registerCodecs } from '../client/codecs.ts';
import type { UnreadableBatch } from '../consume/unreadable.ts';
import type { KafkaRecord } from '../record.ts';
import type { LogRange } from './log-slice.ts';
import { readRange } from './read-range.ts';
import type { TailOptions } from './tail-options.ts';

/** The requests that are sent. */
type Reader = Pick<PatchedAdmin, 'fetchTopicOffsets' | 'withLeader'>;

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

async function fetchRanges(admin: Reader, topic: string): Promise<readonly LogRange[]> {
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
  log: LogRange,
  count: number,
  read: (record: KafkaRecord) => Value,
): Promise<readonly Value[]> {
  let values: readonly Value[] = [];
  let span = BigInt(count);
  for (let end = log.end; end > log.start && values.length < count; span *= 2n) {
    const start = highest(log.start, end - span);
    const before = await readValues(admin, { ...log, start, end }, read);
    values = before.slice(values.length - count).concat(values);
    end = start;
  }
  return values;
}

async function readValues<Value>(
  admin: Reader,
  range: LogRange,
  read: (record: KafkaRecord) => Value,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for await (const slice of readRange(admin, range)) {
    if (slice.unreadable !== undefined) throw unreadable(slice.unreadable);
    for (const record of slice.records) values.push(read(record));
  }
  return values;
}

function unreadable(batch: UnreadableBatch): Error {
  return Object.assign(new kafkajs.KafkaJSNonRetriableError(batch.reason), { unreadable: batch });
}
