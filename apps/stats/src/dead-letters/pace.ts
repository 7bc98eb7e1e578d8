import { setTimeout as sleep } from 'node:timers/promises';

/** Spreads things over time. */
export interface Pace {
  /** So many may go together. */
  readonly together: number;
  /** Resolves when so many things, which have gone, have had their time, whoever else waits. */
  readonly wait: (things: number) => Promise<void>;
}

const MOST_TOGETHER = 50;

/** Time passes; tests have one of their own. */
interface Clock {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

const realClock: Clock = { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) };

/** So many things a second, a few at a time. */
export function createPace(perSecond: number, clock = realClock): Pace {
  let nextMs = 0;
  return {
    together: Math.min(MOST_TOGETHER, Math.ceil(perSecond / 10)),
    async wait(things) {
      nextMs = Math.max(nextMs, clock.nowMs()) + (things * 1_000) / perSecond;
      await clock.sleep(Math.max(0, nextMs - clock.nowMs()));
    },
  };
}
