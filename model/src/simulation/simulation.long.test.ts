import { expect, test } from 'vitest';
import { describeFigures, simulateSeeds } from './seeds.ts';

test('10,000 more seeds keep all invariants, and drain', { timeout: 1_200_000 }, async () => {
  const figures = await simulateSeeds(100_001, 10_000);
  console.log(describeFigures(figures));
  expect(figures.failures).toEqual([]);
});
