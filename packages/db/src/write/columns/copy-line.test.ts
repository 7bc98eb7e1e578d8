import { expect, test } from 'vitest';
import { acceptOrdinary, toRecord } from '../../testing/accepted-rows.ts';
import { attributesLength, lineLength, writeAttributes, writeLine } from './copy-line.ts';

const row = {
  eventId: '019ab3c1-0000-7000-8000-000000000000',
  eventType: 'a',
  eventTime: '2026-11-24T09:30:00Z',
  userId: 'u',
  payloadJson: '{"path":"/"}',
};

/** An event with some members changed, as it is accepted. */
function accept(change: { readonly userId?: string | null; readonly attributesJson?: string }) {
  const event = acceptOrdinary(toRecord({ ...row, ...change }));
  if (event === undefined) throw new Error('the event is not accepted');
  return event;
}

test.each([
  [{}, 'u\t{"path":"/"}\t\\N'],
  [{ userId: null }, '\\N\t{"path":"/"}\t\\N'],
  [{ attributesJson: '{"b":1,"c":[2]}' }, 'u\t{"path":"/"}\t{"b":1,"c":[2]}'],
])('the line of an event with %j is as long as it is announced', (change, end) => {
  const event = accept(change);
  const target = Buffer.alloc(lineLength(event) + 3, '#');
  writeLine(target, 3, event);
  expect(String(target)).toBe(`###${row.eventId}\ta\t${row.eventTime}\t${end}\n`);
});

test('attributes are as long as they are announced, and are followed by a character', () => {
  const event = accept({ attributesJson: '{"b":1,"c":[2]}' });
  const target = Buffer.alloc(attributesLength(event) + 1);
  expect(writeAttributes(target, 0, event, 0x23)).toBe(target.length);
  expect(String(target)).toBe('{"b":1,"c":[2]}#');
});
