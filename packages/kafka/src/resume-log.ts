import type { Logger } from '@pipeline/runtime';
import type { TopicPartition } from './admin.ts';

/**
 * Says when reading goes on beyond where it had come to: the records between were removed, by retention or by hand,
 * before they were read. The ledger counts them as skipped.
 */
export function warnOfGap(
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
  ledger: bigint,
  position: bigint,
): void {
  warnOfGap(logger, { topic, partition }, ledger, position);
  if (ledger > logEnd)
    logger.warn(
      { topic, partition },
      `the ledger of ${topic}/${partition} stands at ${ledger}, beyond the end of the log at ${logEnd}: was the topic made anew?`,
    );
  if (position < ledger)
    logger.info({ topic, partition, replays: String(ledger - position) }, 'reads stored records again');
}
