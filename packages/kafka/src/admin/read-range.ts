/// <reference path="../patched-kafkajs.d.ts" />
/// <reference path="../untyped-libraries.d.ts" />
import kafkajs, { type PatchedAdmin } from 'kafkajs';
import Batch from 'kafkajs/src/consumer/batch.js';
import type { KafkaRecord } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { LogRange, LogSlice } from './log-slice.ts';

type Leader = Pick<PatchedAdmin, 'withLeader'>;
type Fetched = Batch<KafkaRecord>;

/**
 * Reads offsets of a partition without a group, in order. The next fetch runs while the caller works on a slice.
 * Ends early if the log has been truncated.
 * @param maxBytes per fetch; defaults to 1 MiB
 * @throws kafkajs's error, such as OFFSET_OUT_OF_RANGE
 */
export async function* readRange(
  admin: Leader,
  { end, start, ...place }: LogRange,
  maxBytes = 1 << 20,
): AsyncGenerator<LogSlice> {
  const fetch = (from: bigint) => ignoreEarly(fetchBatch(admin, place, from, maxBytes));
  let fetching = fetch(start);
  for (let from = start; from < end; ) {
    const batch = await fetching;
    const reached = BigInt(batch.lastOffset()) + 1n;
    // The log has been truncated since its end was read.
    if (reached <= from) return;
    if (reached < end) fetching = fetch(reached);
    yield toSlice(batch, from, reached < end ? reached : end);
    from = reached;
  }
}

/** A fetch that fails while the caller works, or after it has stopped, is no unhandled rejection. */
function ignoreEarly(fetching: Promise<Fetched>): Promise<Fetched> {
  fetching.catch(() => {});
  return fetching;
}

async function fetchBatch(
  admin: Leader,
  { topic, partition }: TopicPartition,
  offset: bigint,
  maxBytes: number,
): Promise<Fetched> {
  const fetchOffset = String(offset);
  const partitions = [{ partition, fetchOffset, maxBytes }];
  const fetch = { replicaId: -1, isolationLevel: 1, maxWaitTime: 0, maxBytes };
  const { responses } = await admin.withLeader({ topic, partition }, (broker) =>
    broker.fetch({ ...fetch, topics: [{ topic, partitions }] }),
  );
  const [fetched] = responses.flatMap((response) => response.partitions);
  if (fetched === undefined)
    throw new kafkajs.KafkaJSError(`the leader of ${topic}/${partition} sent nothing`);
  return new Batch(topic, fetchOffset, fetched);
}

function toSlice(batch: Fetched, start: bigint, end: bigint): LogSlice {
  const isBelowEnd = ({ offset }: KafkaRecord) => BigInt(offset) < end;
  const last = batch.messages.at(-1);
  const isWhole = last === undefined || isBelowEnd(last);
  const records = isWhole ? batch.messages : batch.messages.filter(isBelowEnd);
  const withheld =
    batch.messagesWithinOffset.length === batch.messages.length
      ? []
      : batch.messagesWithinOffset.filter(isBelowEnd);
  const markers = withheld.filter(({ isControlRecord }) => isControlRecord === true).length;
  const aborted = withheld.length === 0 ? 0 : withheld.length - markers - records.length;
  return { start, end, records, markers, aborted, unreadable: batch.unreadable };
}
