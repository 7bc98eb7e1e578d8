import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atPace, BATCH, dueNow } from './pace.ts';

test('after t seconds rate × t records are due, up to the count, for any ticks', () => {
  const ticks = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.nat({ max: 5_000 }), ticks, (rate, count, gaps) => {
      let [elapsed, made] = [0, 0];
      for (const gap of gaps) {
        elapsed += gap;
        made += dueNow({ rate, count }, elapsed, made);
      }
      expect(made).toBe(Math.min(count, Math.floor((elapsed * rate) / 1_000) + 1));
    }),
  );
});

test('an unlimited rate produces full batches only', () => {
  expect(dueNow({ rate: 0, count: 5_000 }, 0, 0)).toBe(BATCH);
  expect(dueNow({ rate: 0, count: 5_000 }, 0, 4_500)).toBe(500);
});

async function* chunks(...sizes: readonly number[]) {
  for (const size of sizes) yield Array.from({ length: size }, (_, index) => index);
}

test.each([
  [{ rate: 0, count: Number.POSITIVE_INFINITY }, 5_003],
  [{ rate: 0, count: 4_000 }, 4_000],
  [{ rate: 1_000_000, count: Number.POSITIVE_INFINITY }, 5_003],
  [{ rate: 1_000, count: 5 }, 5],
])('batches are paced to their end or to the count: %o', async (pace, expected) => {
  const batches = await Array.fromAsync(atPace(chunks(3, 5_000), pace, new AbortController().signal));
  expect(batches.flat().length).toBe(expected);
  expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(BATCH);
});

test('the source is not read after the count is reached', async () => {
  async function* endless() {
    yield [1, 2];
    await new Promise(() => {});
  }
  const pace = { rate: 0, count: 2 };
  expect(await Array.fromAsync(atPace(endless(), pace, new AbortController().signal))).toEqual([[1, 2]]);
});
