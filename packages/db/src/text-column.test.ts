import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextColumn } from './text-column.ts';

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 40 });

function columnOf(all: readonly string[]): TextColumn {
  const column = new TextColumn(',');
  for (const text of all) column.push(text);
  return column;
}

test('texts come out as they went in, one by one and joined', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const column = columnOf(all);
      expect(all.map((_, index) => column.at(index))).toEqual(all);
      expect(column.join()).toBe(all.join(','));
    }),
  );
});

test('a text larger than the buffer, and many small ones, find room', () => {
  const all = ['ß'.repeat(100_000), ...Array.from({ length: 20_000 }, (_, index) => `${index}`)];
  expect(columnOf(all).join()).toBe(all.join(','));
});
