import type { TopicPartition } from '../topic-partition.ts';
import type { EpochEnd } from './divergence.ts';

/** Finds the end of a leader epoch in the log of a leader that was elected for `electedEpoch`, or later. */
export type FetchEpochEnd = (
  partition: TopicPartition,
  epoch: number,
  electedEpoch?: number,
) => Promise<EpochEnd | undefined>;

/** How far a partition was read. */
interface ReadPosition extends TopicPartition {
  readonly position: bigint;
  /** Leader epoch of the offset before the position; undefined if it is unknown. */
  readonly epoch: number | undefined;
}

/**
 * Whether records at a position continue the log that was read up to it; `firstEpoch` is their leader epoch.
 * After an election the new leader's log may end below the position, and grow beyond it with other records
 * before the next fetch. In that log, the former epoch ends below the position. Epochs never decrease within
 * a log.
 */
export async function continuesLog(
  { topic, partition, position, epoch }: ReadPosition,
  firstEpoch: number | undefined,
  fetchEpochEnd: FetchEpochEnd,
): Promise<boolean> {
  if (firstEpoch === undefined || epoch === undefined || firstEpoch === epoch) return true;
  if (firstEpoch < epoch) return false;
  const end = await fetchEpochEnd({ topic, partition }, epoch, firstEpoch);
  return end?.epoch === epoch && end.endOffset >= position;
}
