import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@pipeline/kafka';
import { type EventDefinition, shopEvents } from '@pipeline/schema';
import { createMixture, type Mixture, type Ratios } from './mixture.ts';
import { createOwnRecords } from './own-records.ts';
import { dueNow, type Pace, TICK_MS } from './pace.ts';
import { createRandom } from './random.ts';
import { createShopRecords } from './shop-records.ts';

/**
 * A mixture of simulated events of a definition; the records depend only on the seed and the times.
 * @throws UserError if the definition's events cannot be simulated
 */
export function createSimulation(seed: number, ratios: Ratios, definition?: EventDefinition): Mixture {
  const random = createRandom(seed);
  const isShop = definition === undefined || definition === shopEvents;
  const maker = isShop ? createShopRecords(random) : createOwnRecords(definition, random);
  return createMixture(maker, ratios, random);
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
