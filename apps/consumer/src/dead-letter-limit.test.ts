import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLimitWatch, type LimitWatch } from './dead-letter-limit.ts';

const bad = (count: number) => ({ records: count, deadLetters: count });
const good = (count: number) => ({ records: count, deadLetters: 0 });

/** The share above the limit after another batch of `events/0`. */
function shareAfter(watch: LimitWatch, outcome: ReturnType<typeof bad>, partition = 'events/0') {
  watch.add(partition, outcome);
  return watch.exceeded(partition);
}

test('the limit does not apply before the window is full', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 100 });
  expect(shareAfter(watch, bad(99))).toBeUndefined();
  expect(shareAfter(watch, bad(1))).toBe(1);
});

test('a share at the limit is accepted, a larger one is not', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 100 });
  expect(shareAfter(watch, good(50))).toBeUndefined();
  expect(shareAfter(watch, bad(50))).toBeUndefined();
  expect(shareAfter(watch, bad(10))).toBeCloseTo(60 / 110);
});

test('records before the window do not count', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 100 });
  shareAfter(watch, bad(90));
  expect(shareAfter(watch, good(200))).toBeUndefined();
  expect(shareAfter(watch, bad(90))).toBeUndefined();
});

test('each partition has its own window', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 10 });
  expect(shareAfter(watch, bad(10))).toBe(1);
  expect(shareAfter(watch, good(10), 'events/1')).toBeUndefined();
});

test('a ratio of 0 disables the limit', () => {
  const watch = createLimitWatch({ ratio: 0, window: 1 });
  expect(shareAfter(watch, bad(1_000))).toBeUndefined();
});

test('the share is computed over the fewest recent batches that fill the window', () => {
  const outcome = fc
    .nat(20)
    .chain((records) => fc.record({ records: fc.constant(records), deadLetters: fc.nat(records) }));
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1 }), fc.integer({ min: 1, max: 60 }), (outcomes, window) => {
      const watch = createLimitWatch({ ratio: Number.MIN_VALUE, window });
      const shares = outcomes.map((each) => shareAfter(watch, each));
      expect(shares.at(-1)).toBe(shareOfLast(outcomes, window));
    }),
  );
});

/** Recomputed from the end. */
function shareOfLast(outcomes: readonly { records: number; deadLetters: number }[], window: number) {
  let [records, deadLetters] = [0, 0];
  for (const outcome of outcomes.toReversed()) {
    records += outcome.records;
    deadLetters += outcome.deadLetters;
    if (records >= window) break;
  }
  return records >= window && deadLetters > 0 ? deadLetters / records : undefined;
}

test('records refused by Postgres leave the window together with their batch', () => {
  const watch = createLimitWatch({ ratio: 0.1, window: 10 });
  watch.add('events/0', good(10));
  watch.addRefused('events/0', 6);
  expect(watch.exceeded('events/0')).toBe(0.6);
  expect(shareAfter(watch, good(10))).toBeUndefined();
});
