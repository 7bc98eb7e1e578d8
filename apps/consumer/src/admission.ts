import { type Batch, recordCount } from '@pipeline/db';
import { partitionName } from '@pipeline/kafka';
import { UserError } from '@pipeline/runtime';
import { createLimitWatch, type DeadLetterLimit, type LimitWatch } from './dead-letter-limit.ts';
import type { Health } from './health.ts';

const REMEDY = 'fix the producer, the schema or the tables, or set DLQ_LIMIT_RATIO=0';

/** Decides which batches are processed. */
export interface Admission {
  /**
   * Whether to process the batch. If not, the partition's share of dead letters is above the limit: the
   * partition is paused and the reason logged.
   */
  admit(batch: Batch): boolean;
  /** Counts rows of an admitted batch that Postgres refused; if they exceed the limit, the next batch waits. */
  addRefused(batch: Batch, count: number): void;
}

/** @param once drains without an operator, so that exceeding the limit throws a UserError */
export function createAdmission(
  limit: DeadLetterLimit,
  health: Pick<Health, 'paused'>,
  once: boolean,
): Admission {
  const watch = createLimitWatch(limit);
  return {
    admit(batch) {
      const partition = partitionName(batch);
      const share = watch.exceeded(partition) ?? addBatch(watch, batch);
      if (share === undefined) return true;
      const reason = `${Math.round(100 * share)} % of its recent records are dead letters`;
      if (once) throw new UserError(`${partition}: ${reason}`, REMEDY);
      health.paused(partition, `${reason}; ${REMEDY}`);
      return false;
    },
    addRefused: (batch, count) => watch.addRefused(partitionName(batch), count),
  };
}

function addBatch(watch: LimitWatch, batch: Batch): number | undefined {
  watch.add(partitionName(batch), { records: recordCount(batch), deadLetters: batch.deadLetters.length });
  return watch.exceeded(partitionName(batch));
}
