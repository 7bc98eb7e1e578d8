import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  escapeText,
  jsonLayout,
  jsonSeparator,
  parseArray,
  plainLayout,
  quotedLayout,
  textArray,
} from './array-literal.ts';
import { TextColumn } from './text-column.ts';

/** Texts full of what an array literal must escape. */
const hostile = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'a', 'é', '\n', '𝄞'),
  maxLength: 20,
});

function columnOf(all: readonly string[], layout = jsonLayout): string {
  const column = new TextColumn(layout);
  for (const text of all) column.push(text);
  return String(column.bytes);
}

test('a column of any texts is an array literal, which can be parsed again', () => {
  fc.assert(
    fc.property(fc.array(hostile), (all) => {
      const literal = columnOf(all.map(escapeText), quotedLayout);
      expect(literal).toBe(textArray(all));
      expect(parseArray(literal)).toEqual(all);
    }),
  );
});

test('a column of plain texts is an array literal, which can be parsed again', () => {
  fc.assert(
    fc.property(fc.array(fc.uuid()), (all) => {
      const literal = columnOf(all, plainLayout);
      expect(literal).toBe(`{${all}}`);
      expect(parseArray(literal)).toEqual(all);
    }),
  );
});

test('a text larger than the buffer, and many small ones, find room', () => {
  const all = ['ß'.repeat(100_000), ...Array.from({ length: 20_000 }, (_, index) => `${index}`)];
  expect(columnOf(all)).toBe(all.join(jsonSeparator));
});

test('a column may grow after it was looked at', () => {
  const column = new TextColumn(plainLayout);
  column.push('a');
  expect(String(column.bytes)).toBe('{a}');
  column.push('b');
  expect(String(column.bytes)).toBe('{a,b}');
});
