import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderColumns } from './columns.ts';

test('numbers are right-aligned, text is left-aligned, without trailing spaces', () => {
  const text = renderColumns(
    ['REASON', 'COUNT', 'LAST'],
    [
      ['not_json', '1,234', 'now'],
      ['empty', '-', ''],
      ['too_large', '≥7', 'n/a'],
    ],
  );
  expect(text.split('\n')).toEqual([
    'REASON     COUNT  LAST',
    'not_json   1,234  now',
    'empty          -',
    'too_large     ≥7  n/a',
  ]);
});

test('a table without rows is a line of headings', () => {
  expect(renderColumns(['A', 'B'], [])).toBe('A  B');
});

test('each row is one line and columns do not overlap, for any cells', () => {
  const cells = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(cells, (rows) => {
      const lines = renderColumns(
        ['A', 'B', 'C'],
        rows.map(([a, b]) => [a, b, '|']),
      ).split('\n');
      expect(lines).toHaveLength(rows.length + 1);
      expect(new Set(lines.slice(1).map((line) => line.lastIndexOf('|'))).size).toBeLessThanOrEqual(1);
    }),
  );
});
