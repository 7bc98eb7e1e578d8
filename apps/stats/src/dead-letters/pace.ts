import { setTimeout as sleep } from 'node:timers/promises';

/** A rate limit. */
export interface Pace {
  /** Resolves when the next item may be sent; concurrent callers share one rate. */
  readonly wait: () => Promise<void>;
}

/** Replaced in tests. */
interface Clock {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

const realClock: Clock = { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) };

/** Limits to a number of items per second. */
export function createPace(perSecond: number, clock = realClock): Pace {
  let nextMs = 0;
  return {
    async wait() {
      nextMs = Math.max(nextMs, clock.nowMs()) + 1_000 / perSecond;
      const ms = Math.floor(nextMs - clock.nowMs());
      if (ms > 0) await clock.sleep(ms);
    },
  };
}
