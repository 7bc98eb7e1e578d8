import { type Batch, recordCount } from '@pipeline/db';
import { UserError } from '@pipeline/runtime';
import { createLimitWatch, type DeadLetterLimit } from './dead-letter-limit.ts';
import type { Health } from './health.ts';

const REMEDY = 'fix the producer or the schema, or set DLQ_LIMIT_RATIO=0';

/**
 * Admits a batch unless it would push the partition's dead letters above the limit: then the partition is
 * paused and the reason logged.
 * @param once drains without an operator, so that exceeding the limit throws a UserError
 */
export function createAdmission(limit: DeadLetterLimit, health: Pick<Health, 'paused'>, once: boolean) {
  const watch = createLimitWatch(limit);
  return (batch: Batch): boolean => {
    const partition = `${batch.topic}/${batch.partition}`;
    const outcome = { records: recordCount(batch), deadLetters: batch.deadLetters.length };
    const share = watch.passedBy(partition, outcome);
    if (share === undefined) return true;
    const reason = `${Math.round(100 * share)} % of its recent records are dead letters`;
    if (once) throw new UserError(`${partition}: ${reason}`, REMEDY);
    health.paused(partition, `${reason}; ${REMEDY}`);
    return false;
  };
}
