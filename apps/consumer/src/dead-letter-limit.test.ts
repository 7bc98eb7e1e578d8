import { expect, test } from 'vitest';
import { createLimitWatch } from './dead-letter-limit.ts';

const bad = (count: number) => ({ records: count, deadLetters: count });
const good = (count: number) => ({ records: count, deadLetters: 0 });

test('there is no verdict before the window is full', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 100 });
  expect(watch.passedBy('events/0', bad(99))).toBeUndefined();
  expect(watch.passedBy('events/0', bad(1))).toBe(1);
});

test('a share at the limit is let through, a larger one is not', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 100 });
  expect(watch.passedBy('events/0', good(50))).toBeUndefined();
  expect(watch.passedBy('events/0', bad(50))).toBeUndefined();
  expect(watch.passedBy('events/0', bad(10))).toBeCloseTo(60 / 110);
});

test('what lies before the window no longer counts', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 100 });
  watch.passedBy('events/0', bad(90));
  expect(watch.passedBy('events/0', good(200))).toBeUndefined();
  expect(watch.passedBy('events/0', bad(90))).toBeUndefined();
});

test('partitions are judged apart', () => {
  const watch = createLimitWatch({ ratio: 0.5, window: 10 });
  expect(watch.passedBy('events/0', bad(10))).toBe(1);
  expect(watch.passedBy('events/1', good(10))).toBeUndefined();
});

test('a ratio of 0 turns the limit off', () => {
  const watch = createLimitWatch({ ratio: 0, window: 1 });
  expect(watch.passedBy('events/0', bad(1_000))).toBeUndefined();
});
