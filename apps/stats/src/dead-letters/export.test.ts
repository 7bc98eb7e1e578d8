import { expect, test } from 'vitest';
import { toCsv, toLine } from './export.ts';

test.each([
  ['an event', Buffer.from('{"a":1}'), '{"a":1}\n'],
  ['nothing', null, undefined],
  ['no bytes', Buffer.alloc(0), undefined],
  ['two lines', Buffer.from('a\nb'), undefined],
  ['a trailing carriage return', Buffer.from('a\r'), undefined],
])('%s is a line, or omitted', (_, value, line) => {
  expect(toLine({ value })?.toString()).toBe(line);
});

test('CSV cells are quoted if necessary, and none is a formula', () => {
  const deadLetter = {
    id: 7n,
    topic: 'events',
    partition: 0,
    offset: 9n,
    reason: 'not_json',
    eventType: '=cmd()',
    detail: 'says "no", twice',
    sqlstate: null,
    status: 'open',
    redriveCount: 0,
    failedAt: '2026-11-24T09:30:00.000Z',
  } as const;
  expect(toCsv(deadLetter)).toBe(
    `7,events,0,9,not_json,'=cmd(),open,2026-11-24T09:30:00.000Z,"says ""no"", twice"\n`,
  );
});
