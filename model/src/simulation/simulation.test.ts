import { expect, test } from 'vitest';
import { faultNames } from './fault-names.ts';
import { describeFigures, simulateSeeds } from './seeds.ts';

test('1,000 seeds of faults keep all invariants, and drain', { timeout: 600_000 }, async () => {
  const figures = await simulateSeeds(1, 1_000);
  console.log(describeFigures(figures));
  expect(figures.failures).toEqual([]);
  for (const fault of faultNames) expect(figures.counts[fault], fault).toBeGreaterThan(100);
});

// A log end from before the database responded, and a batch that was split at offsets without a record.
test.each([99, 1_950])('seed %i, which has found a bug, keeps all invariants', async (seed) => {
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
