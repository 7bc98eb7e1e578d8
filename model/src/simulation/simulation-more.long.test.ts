import { expect, test } from 'vitest';
import { describeFigures, simulateSeeds } from './seeds.ts';

test('5,000 seeds from 105,001 keep all invariants, and drain', { timeout: 1_200_000 }, async () => {
  const figures = await simulateSeeds(105_001, 5_000);
  console.log(describeFigures(figures));
  expect(figures.failures).toEqual([]);
});
