import { pause } from './retry.ts';

/** A rate limit of records that come in groups. */
export interface RecordPace {
  /** Resolves when as many records may have been read or sent. @throws the signal's reason */
  readonly wait: (records: number) => Promise<void>;
}

/**
 * Concurrent callers share the rate.
 * @param perSecond 0 is unlimited
 * @param signal cuts a pause short
 */
export function createRecordPace(
  perSecond: number,
  signal?: AbortSignal,
  nowMs = () => performance.now(),
): RecordPace {
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    async wait(records) {
      if (perSecond === 0) return;
      nextMs = Math.max(nextMs, nowMs()) + (1_000 * records) / perSecond;
      const ms = nextMs - nowMs();
      if (ms >= 1) await pause(ms, signal);
    },
  };
}
