import { type Batch, recordCount } from '@pipeline/db';
import { UserError } from '@pipeline/runtime';
import { createLimitWatch, type DeadLetterLimit } from './dead-letter-limit.ts';
import type { Health } from './health.ts';

const REMEDY = 'mend what produces them, or the schema, or set DLQ_LIMIT_RATIO=0';

/**
 * Whether a batch may go on: not when it would push the partition's dead letters past the limit.
 * The partition is then paused, and says so; where nobody waits for it to be mended, that is a failure.
 */
export function createAdmission(limit: DeadLetterLimit, health: Pick<Health, 'paused'>, once: boolean) {
  const watch = createLimitWatch(limit);
  return (batch: Batch): boolean => {
    const partition = `${batch.topic}/${batch.partition}`;
    const outcome = { records: recordCount(batch), deadLetters: batch.deadLetters.length };
    const share = watch.passedBy(partition, outcome);
    if (share === undefined) return true;
    const reason = `${Math.round(100 * share)} % of its last records are dead letters`;
    if (once) throw new UserError(`${partition}: ${reason}`, REMEDY);
    health.paused(partition, `${reason}; ${REMEDY}`);
    return false;
  };
}
