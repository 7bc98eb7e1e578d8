import { expect, test } from 'vitest';
import { chooseRange } from '../web/overview/range.ts';

const nowMs = Date.parse('2026-11-24T09:31:10Z');
const at = (minutesAgo: number, count = 100) => ({
  minute: new Date(nowMs - minutesAgo * 60_000).toISOString(),
  eventType: 'search',
  count: String(count),
});

test.each([
  ['no events', [], 5],
  ['two minutes', [at(0), at(1)], 5],
  ['two minutes and a late event', [at(0), at(1), at(50, 1)], 5],
  ['ten minutes', Array.from({ length: 10 }, (_, minute) => at(minute)), 15],
  ['an hour', Array.from({ length: 60 }, (_, minute) => at(minute)), 60],
  ['events of this morning', [at(200), at(300)], 360],
  ['events of yesterday', [at(1_200)], 1_440],
])('the initial range contains the data: %s', (_, minutes, range) => {
  expect(chooseRange(minutes, nowMs)).toBe(range);
});
