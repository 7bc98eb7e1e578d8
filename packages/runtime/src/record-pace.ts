import { pause } from './retry.ts';

/** A rate limit of records that come in groups. */
export interface RecordPace {
  /** Resolves when as many records may have been read. @throws the signal's reason */
  readonly wait: (records: number) => Promise<void>;
}

/** @param perSecond 0 is unlimited */
export function createRecordPace(
  perSecond: number,
  signal: AbortSignal,
  nowMs = () => performance.now(),
): RecordPace {
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    async wait(records) {
      if (perSecond === 0) return;
      nextMs = Math.max(nextMs, nowMs()) + (1_000 * records) / perSecond;
      await pause(nextMs - nowMs(), signal);
    },
  };
}
