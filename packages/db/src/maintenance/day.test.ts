import { expect, test } from 'vitest';
import { dayAfter } from './day.ts';

test('a day starts at midnight UTC with the lowest id of its first millisecond', () => {
  expect(dayAfter(new Date('2026-11-25T23:59:59.999Z'), 1)).toEqual({
    start: new Date('2026-11-26T00:00:00Z'),
    name: '20261126',
    firstId: '01a21526-e400-0000-0000-000000000000',
  });
});

test('a day may be in the past, or the one of the moment itself', () => {
  const moment = new Date('2026-11-25T00:00:00Z');
  const names = [-1, 0, 31].map((days) => dayAfter(moment, days).name);
  expect(names).toEqual(['20261124', '20261125', '20261226']);
});
