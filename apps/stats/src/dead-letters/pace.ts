import { setTimeout as sleep } from 'node:timers/promises';

/** Spreads things over time. */
export interface Pace {
  /** Resolves when a thing, which has gone, has had its time, whoever else waits. */
  readonly wait: () => Promise<void>;
}

/** Time passes; tests have one of their own. */
interface Clock {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

const realClock: Clock = { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) };

/** So many things a second. */
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
