import type { Logger } from '@pipeline/runtime';
import type { TopicPartition } from '../topic-partition.ts';
import type { Ledger } from './resume.ts';

/** Logs anything unusual about the offset at which reading a partition starts. */
export function logResumePosition(
  logger: Logger,
  { topic, partition, logEnd }: TopicPartition & { readonly logEnd: bigint },
  { nextOffset, isRestarted }: Ledger,
  position: bigint,
): void {
  const [gap, replays] = [String(position - nextOffset), String(nextOffset - position)];
  // By retention, or by hand; the ledger counts their offsets as skipped.
  if (position > nextOffset)
    logger.warn(
      { topic, partition, gap },
      `${gap} offsets of ${topic}/${partition} from ${nextOffset} on were removed from the topic before they were read`,
    );
  if (isRestarted || nextOffset > logEnd)
    logger.warn(
      { topic, partition },
      `topic ${topic} was recreated; reading partition ${partition} from offset ${position}`,
    );
  if (position < nextOffset)
    logger.info({ topic, partition, replays }, 're-reading records that are already stored');
}

/** Kafka lost records that are stored: a broker lost its disk cache, or was elected without all records. */
export function warnOfTruncation(
  logger: Logger,
  { topic, partition }: TopicPartition,
  ledger: bigint,
  divergence: bigint,
): void {
  logger.warn(
    { topic, partition, ledger: String(ledger), divergence: String(divergence) },
    `the log of ${topic}/${partition} was truncated: from offset ${divergence} on it may differ from what was ` +
      `read up to ${ledger}; re-reading from ${divergence}`,
  );
}

/** The ledger was written by an earlier version, or its last record is gone and the epochs are unknown. */
export function logUnchecked(logger: Logger, { topic, partition }: TopicPartition, offset: bigint): void {
  logger.info(
    { topic, partition, offset: String(offset) },
    `cannot check whether the log of ${topic}/${partition} was truncated below offset ${offset}`,
  );
}
