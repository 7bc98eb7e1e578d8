import { expect, test } from 'vitest';
import { formatCell, toMarkdown } from './markdown.ts';
import { toObjects } from './section.ts';

const section = {
  title: 'Speed',
  summary: [],
  columns: ['round', 'events/s'],
  rows: [
    ['1', 123_456.7],
    ['median', 9.876],
  ],
  remarks: ['Idle machine.'],
};

test('a section is a heading, a table with right-aligned numbers, and remarks', () => {
  expect(toMarkdown(section)).toBe(
    '### Speed\n\n| round | events/s |\n| --- | --: |\n| 1 | 123,457 |\n| median | 9.88 |\n\nIdle machine.',
  );
});

test.each([
  [1_234_567, '1,234,567'],
  [7, '7'],
  [100.4, '100'],
  [12.34, '12.3'],
  [0.456, '0.46'],
  ['-', '-'],
])('%s is formatted as %s', (cell, formatted) => {
  expect(formatCell(cell)).toBe(formatted);
});

test('JSON rows are objects with full precision', () => {
  expect(toObjects(section)).toEqual([
    { round: '1', 'events/s': 123_456.7 },
    { round: 'median', 'events/s': 9.876 },
  ]);
});
