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
