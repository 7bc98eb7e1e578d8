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
  if (position > nextOffset) warnOfGap(logger, { topic, partition }, nextOffset, position);
  if (isRestarted || nextOffset > logEnd)
    logger.warn(
      { topic, partition },
      `topic ${topic} was recreated; reading partition ${partition} from offset ${position}`,
    );
  if (position < nextOffset)
    logger.info(
      { topic, partition, replays: String(nextOffset - position) },
      're-reading records that are already stored',
    );
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

/**
 * Records removed by retention, or by hand, before they were read; the ledger counts their offsets as
 * skipped.
 */
function warnOfGap(logger: Logger, { topic, partition }: TopicPartition, expected: bigint, found: bigint) {
  const gap = String(found - expected);
  logger.warn(
    { topic, partition, gap },
    `${gap} offsets of ${topic}/${partition} from ${expected} on were removed from the topic before they were read`,
  );
}
