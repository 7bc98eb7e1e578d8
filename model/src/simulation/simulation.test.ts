import { expect, test } from 'vitest';
import { faultNames } from './fault-names.ts';
import { describeFigures, simulateSeeds } from './seeds.ts';

test('1,000 seeds of faults keep all invariants, and drain', { timeout: 600_000 }, async () => {
  const figures = await simulateSeeds(1, 1_000);
  console.log(describeFigures(figures));
  expect(figures.failures).toEqual([]);
  for (const fault of faultNames) expect(figures.counts[fault], fault).toBeGreaterThan(100);
});

/** Each fails if the fix of the bug is reverted. */
const kept = [
  [99, 'a log end from before the database responded'],
  [346, 'a replayed conflict next to a row that Postgres refuses'],
  [1_950, 'a batch that was split at offsets without a record'],
  [100_027, 'a conflict within a batch that another consumer resolved'],
] as const;

test.each(kept)('seed %i, which found %s, keeps all invariants', async (seed) => {
  expect((await simulateSeeds(seed, 1)).failures).toEqual([]);
});

test('a seed decides everything', async () => {
  const traceOf = async (seed: number) => {
    const lines: string[] = [];
    await simulateSeeds(seed, 1, { trace: (line) => lines.push(line) });
    return lines;
  };
  const first = await traceOf(7);
  await traceOf(8);
  expect(first.length).toBeGreaterThan(10);
  expect(await traceOf(7)).toEqual(first);
});
