import { expect, test } from 'vitest';
import { dayAfter } from './day.ts';

test('a day starts at midnight UTC with the lowest id of its first millisecond', () => {
  expect(dayAfter(new Date('2026-11-25T23:59:59.999Z'), 1)).toEqual({
    start: new Date('2026-11-26T00:00:00Z'),
    name: '20261126',
    firstId: '01a21526-e400-0000-0000-000000000000',
  });
});
