import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countRows, redraw } from './screen.ts';

test('a frame starts at the corner and clears the rest of each line and the screen', () => {
  expect(redraw('one\ntwo\n', { columns: 80, rows: 24 })).toBe('\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[J');
});

test('a frame never scrolls or wraps, for any text and screen', () => {
  const size = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 4, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(fc.string()), size, (lines, { columns, rows }) => {
      const frame = redraw(lines.join('\n'), { columns, rows });
      const drawn = frame.slice(3, -3).split('\x1b[K\n').slice(0, -1);
      expect(drawn.length).toBeLessThan(rows);
      for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns);
    }),
  );
});

test('a wrapped line takes several rows, an empty line takes one', () => {
  expect(countRows([], 80)).toBe(0);
  expect(countRows(['', 'x', 'x'.repeat(80), 'x'.repeat(81), 'x'.repeat(161)], 80)).toBe(8);
});
