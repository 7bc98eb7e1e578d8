import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@pipeline/kafka';
import { createCatalogue } from './catalogue.ts';
import { createMixture, type Mixture, type Ratios } from './mixture.ts';
import { dueNow, type Pace, TICK_MS } from './pace.ts';
import { createRandom } from './random.ts';
import { simulateVisitors } from './sessions.ts';

/** A mixture of simulated events; the records depend only on the seed and the times. */
export function createSimulation(seed: number, ratios: Ratios): Mixture {
  const random = createRandom(seed);
  return createMixture(simulateVisitors(createCatalogue(random), random), ratios, random);
}

/** Batches of a mixture at a pace, until the count is reached or the signal is aborted. */
export async function* paceRecords(
  mixture: Mixture,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<readonly OutgoingRecord[]> {
  const start = performance.now();
  for (let made = 0; made < pace.count && !signal.aborted; ) {
    const due = dueNow(pace, performance.now() - start, made);
    if (due > 0) {
      const now = Date.now();
      yield Array.from({ length: due }, () => mixture.next(now));
    } else await sleep(TICK_MS);
    made += due;
  }
}
