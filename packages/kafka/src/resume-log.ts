import type { Logger } from '@pipeline/runtime';
import type { TopicPartition } from './admin.ts';
import type { Ledger } from './resume.ts';

/**
 * Says when reading goes on beyond where it had come to: the records between were removed, by retention or by hand,
 * before they were read. The ledger counts them as skipped.
 */
function warnOfGap(
  logger: Logger,
  { topic, partition }: TopicPartition,
  expected: bigint | undefined,
  found: bigint,
): void {
  if (expected === undefined || found <= expected) return;
  const gap = String(found - expected);
  logger.warn(
    { topic, partition, gap },
    `${gap} offsets of ${topic}/${partition} from ${expected} on were removed from the topic before they were read`,
  );
}

/** Says what is remarkable about the place where reading a partition begins. */
export function sayWhereReadingResumes(
  logger: Logger,
  { topic, partition, logEnd }: TopicPartition & { readonly logEnd: bigint },
  { nextOffset, isRestarted }: Ledger,
  position: bigint,
): void {
  warnOfGap(logger, { topic, partition }, nextOffset, position);
  if (isRestarted || nextOffset > logEnd)
    logger.warn(
      { topic, partition },
      `${topic} was made anew: partition ${partition} is read from ${position} on`,
    );
  if (position < nextOffset)
    logger.info({ topic, partition, replays: String(nextOffset - position) }, 'reads stored records again');
}
