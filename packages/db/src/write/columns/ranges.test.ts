import { expect, test } from 'vitest';
import { acceptOrdinary, toRecord } from '../../testing/accepted-rows.ts';
import { row } from '../../testing/batches.ts';
import { attributesLength, copyRange, writeAttributes } from './ranges.ts';

test.each([
  ['{"b":1,"c":[2]}', '{"b":1,"c":[2]}'],
  [`{"b":"${'x'.repeat(50)}"}`, `{"b":"${'x'.repeat(50)}"}`],
])('the attributes %s are an object of the length that is announced', (attributesJson, expected) => {
  const event = acceptOrdinary(toRecord(row(0, { eventType: 'a', attributesJson })));
  if (event === undefined) throw new Error('the event is not accepted');
  const target = Buffer.alloc(attributesLength(event) + 2, '#');
  expect(writeAttributes(target, 1, event)).toBe(target.length - 1);
  expect(String(target)).toBe(`#${expected}#`);
});

test.each([0, 1, 35, 36, 37])('%i bytes are copied, and no others', (length) => {
  const bytes = Buffer.from(`__${'x'.repeat(length)}__`);
  const target = Buffer.alloc(length + 2, '#');
  expect(copyRange(target, 1, bytes, 2, 2 + length)).toBe(1 + length);
  expect(String(target)).toBe(`#${'x'.repeat(length)}#`);
});
