import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  escapeText,
  jsonLayout,
  jsonSeparator,
  plainLayout,
  quotedLayout,
  textArray,
} from './array-literal.ts';
import { TextColumn } from './text-column.ts';

/** Texts with characters that an array literal must escape. */
const hostile = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'a', 'é', '\n', '𝄞'),
  maxLength: 20,
});

function columnOf(all: readonly string[], layout = jsonLayout): TextColumn {
  const column = new TextColumn(layout);
  for (const text of all) column.push(text);
  return column;
}

test('a column of arbitrary texts is an array literal and can be read back', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 200 }), (all) => {
      const column = columnOf(all.map(escapeText), quotedLayout);
      expect(String(column.bytes)).toBe(textArray(all));
      expect(column.texts).toEqual(all);
    }),
  );
});

test('a column of plain texts is an array literal and can be read back', () => {
  fc.assert(
    fc.property(fc.array(fc.uuid(), { maxLength: 200 }), (all) => {
      const column = columnOf(all, plainLayout);
      expect(String(column.bytes)).toBe(`{${all}}`);
      expect(column.texts).toEqual(all);
    }),
  );
});

test('the buffer grows for large texts and for many small ones', () => {
  const all = ['ß'.repeat(100_000), ...Array.from({ length: 20_000 }, (_, index) => `${index}`)];
  expect(String(columnOf(all).bytes)).toBe(all.join(jsonSeparator));
});

test('the buffer grows for the end of a column', () => {
  for (let length = 1_300; length < 1_400; length++) {
    const text = '€'.repeat(length);
    expect(String(columnOf([text], quotedLayout).bytes)).toBe(`{"${text}"}`);
  }
});

test('texts can be pushed after the bytes were read', () => {
  const column = columnOf(['a'], plainLayout);
  expect(String(column.bytes)).toBe('{a}');
  column.push('b');
  expect(String(column.bytes)).toBe('{a,b}');
});
