import { expect, test } from 'vitest';
import { shopEvents } from '../definition/shop-events.ts';
import { changedTexts } from '../testing/changed-bytes.ts';
import { compareAccepted } from '../testing/compare-accepted.ts';
import { createRandom } from '../testing/create-random.ts';
import { mixedEvents } from '../testing/mixed-events.ts';
import { ordinaryEvents } from '../testing/ordinary-events.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

test.each([
  ['ordinary events', ordinaryEvents],
  ['events, valid or not,', mixedEvents],
] as const)(
  '5,000,000 %s are accepted only as the decoder stores them',
  (_, write) => {
    const texts = write(createRandom(seed)).take(5_000_000);
    const { differing } = compareAccepted(shopEvents, changedTexts(texts, createRandom(seed)));
    expect(differing.slice(0, 3), `SEED=${seed}`).toEqual([]);
  },
  3_600_000,
);
