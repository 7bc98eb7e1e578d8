import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BATCH, dueNow } from './pace.ts';

test('whatever the ticks, after t seconds about rate × t records have been made, and never more than the count', () => {
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

test('as fast as it can means one full batch after the other', () => {
  expect(dueNow({ rate: 0, count: 5_000 }, 0, 0)).toBe(BATCH);
  expect(dueNow({ rate: 0, count: 5_000 }, 0, 4_500)).toBe(500);
});
